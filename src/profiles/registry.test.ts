import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { localProcess } from './local-process/local-process.ts';
import { profileTypes, registryOf, withoutLocalProcesses } from './registry.ts';

const dataDir = join(tmpdir(), 'coppice-registry-is-never-written');

test('a type is found by its name and version', () => {
  const types = profileTypes({ dataDir });
  expect(types.find('local.process-1.0')?.name).toBe('local.process');
  expect(types.find('local.process-9.9')).toBeUndefined();
  expect(types.all.map(({ name }) => name)).toContain('local.process');
});

test('two types of the same name and version stop the start', () => {
  const type = localProcess({ dataDir });
  expect(() => registryOf([type, type])).toThrow('two profile types are called local.process-1.0');
});

test('processes of the machine of the server are not offered to its users, with the setting that offers them', () => {
  const types = withoutLocalProcesses(profileTypes({ dataDir }));
  expect(types.find('local.process-1.0')).toBeUndefined();
  expect(types.whyNotOffered?.('local.process-1.0')).toContain('local_processes: true');
  expect(types.whyNotOffered?.('os.nova.server-1.0')).toBeUndefined();
});
