import { defineConfig } from 'vitest/config';
import { soakTimeout } from './test/support/soak.ts';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    reporters: ['default', './test/support/summary-reporter.ts'],
    testTimeout: soakTimeout(20_000),
  },
});
