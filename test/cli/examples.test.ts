import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { run } from './run.ts';

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));

const files: readonly (readonly [kind: string, file: string])[] = [
  ['profile', 'first-steps/web-server.yaml'],
  ['policy', 'first-steps/web-health.yaml'],
  ['profile', 'demo/profile.yaml'],
  ['policy', 'demo/health-policy.yaml'],
  ...globSync('policies/*.yaml', { cwd: examples }).map((file) => ['policy', file] as const),
];

test.each(files)(
  'the example of a %s in %s is valid, and fits the profile type of this machine',
  async (kind, file) => {
    const words =
      kind === 'policy' && !file.startsWith('policies')
        ? ['--profile', `${examples}first-steps/web-server.yaml`]
        : [];
    const { code, err } = await run([kind, 'check', `${examples}${file}`, ...words]);
    expect([code, code === 0 ? '' : err]).toEqual([0, '']);
  },
);
