import { defineConfig } from 'vitest/config';
import { soakTimeout } from './test/support/soak.ts';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    reporters: ['default', './test/support/summary-reporter.ts'],
    // Only ends what hangs: the machines are noisy.
    testTimeout: soakTimeout(60_000),
  },
});
