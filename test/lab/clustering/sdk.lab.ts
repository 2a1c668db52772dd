/**
 * A script uses the clustering proxy of Debian's python3-openstacksdk (`sdk.py`), with servers of the lab.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { environmentOf } from '../coppice/coppice-process.ts';
import { Lab } from '../lab.ts';
import { ClientSession, runProgram } from './client-session.ts';
import { debianPackages } from './debian-packages.ts';

const lab = new Lab();
let session: ClientSession;

beforeAll(async () => {
  await debianPackages('python3-openstacksdk');
  session = await ClientSession.start(lab);
}, 600_000);
afterAll(() => session.stop());

test('the clustering proxy of openstacksdk creates, resizes, heals and deletes', async () => {
  const script = join(import.meta.dirname, 'sdk.py');
  const output = await runProgram('/usr/bin/python3', [script], environmentOf(lab, 'demo'));
  expect(output).toContain('deleted clusters: []');
  await session.note('sdk.py');
  session.store('sdk');
});
