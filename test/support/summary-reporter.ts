/** After vitest's own report: each skipped test by its name, and one plain line that programs can read. */
import type { Reporter, TestModule } from 'vitest/node';

export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const skipped = tests.filter((test) => test.result().state === 'skipped');
    const failed = tests.filter((test) => test.result().state === 'failed').length;
    const broken = modules.filter((module) => module.errors().length > 0).length;
    for (const test of skipped)
      process.stdout.write(`skipped: ${test.module.relativeModuleId} > ${test.fullName}\n`);
    const passed = tests.length - skipped.length - failed;
    const tail = skipped.length === 0 ? '' : `, ${skipped.length} skipped`;
    process.stdout.write(`${passed} passed, ${failed + broken} failed${tail}\n`);
  }
}
