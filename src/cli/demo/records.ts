/** What must be true at the end of any demo by Coppice's own records. */
import { textOf } from '../rendering/text-of.ts';
import type { Records } from './story.ts';

/** Every sentence is a reason to fail; empty: the demo ended as it should. */
export function problemsInRecords(records: Records): string[] {
  return [...unhealthyNodes(records), ...recoveriesNotClosed(records), ...stepsRecordedTwice(records)];
}

function unhealthyNodes({ nodes }: Records): string[] {
  return nodes
    .filter((node) => node.status !== 'ACTIVE' || !node.answers)
    .map(
      ({ name, status, answers }) => `${name} is ${status} and ${answers ? 'answers' : 'does not answer'}`,
    );
}

function recoveriesNotClosed({ recoveries, nodeOf }: Records): string[] {
  return recoveries
    .filter((recovery) => recovery.state !== 'RECOVERED' && recovery.state !== 'SELF_HEALED')
    .map((recovery) => `the recovery of ${nodeOf.get(recovery.id) ?? 'a node'} is ${recovery.state}`);
}

/** An item of the chain has one row for each attempt, and one for its verification. */
function stepsRecordedTwice({ recoveries, nodeOf }: Records): string[] {
  return recoveries.flatMap((recovery) => {
    const rows = recovery.steps.map(({ item, id, attempt, purpose }) => {
      const what = purpose === 'verification' ? 'the verification of ' : '';
      return `${what}${textOf(item, id)}, attempt ${attempt}`;
    });
    const twice = rows.filter((row, index) => rows.indexOf(row) !== index);
    return twice.map((row) => `${nodeOf.get(recovery.id) ?? 'a node'}: ${row} was recorded twice`);
  });
}

/** How many steps of these names were begun for a node. */
export function stepsOf({ recoveries, nodeOf }: Records, node: string, names: ReadonlySet<string>): number {
  return recoveries
    .filter((recovery) => nodeOf.get(recovery.id) === node)
    .flatMap((each) => each.steps)
    .filter((step) => names.has(step.name) && step.started_at !== null).length;
}
