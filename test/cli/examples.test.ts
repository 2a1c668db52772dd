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
  ['profile', 'demo-cloud/profile.yaml'],
  ['policy', 'demo-cloud/health-policy.yaml'],
  ['profile', 'os-nova-server/profile.yaml'],
  ['policy', 'os-nova-server/health-policy.yaml'],
  ...globSync('policies/*.yaml', { cwd: examples }).map((file) => ['policy', file] as const),
];

function profileFor(file: string): string {
  if (file.startsWith('os-nova-server/')) return 'os-nova-server/profile.yaml';
  return file.startsWith('demo-cloud/') ? 'demo-cloud/profile.yaml' : 'first-steps/web-server.yaml';
}

test.each(files)('the example of a %s in %s is valid, and fits its profile', async (kind, file) => {
  const words =
    kind === 'policy' && !file.startsWith('policies') ? ['--profile', `${examples}${profileFor(file)}`] : [];
  const { code, err } = await run([kind, 'check', `${examples}${file}`, ...words]);
  expect([code, code === 0 ? '' : err]).toEqual([0, '']);
});
