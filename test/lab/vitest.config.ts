import { defineConfig } from 'vitest/config';

/** Tests against a real OpenStack: npm run test:lab. No part of npm test. */
export default defineConfig({
  test: {
    include: ['test/lab/**/*.lab.ts'],
    // The lab is one cloud: one scene after another.
    fileParallelism: false,
    testTimeout: 1_200_000,
    hookTimeout: 60_000,
  },
});
