/** A database that is older than what runs: processes of nodes that it does not have are named, not ended. */
import { writeFileSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startCoppice, type Coppice } from '../src/app.ts';
import { loadConfig } from '../src/config.ts';
import { findProcess, identityIn } from '../src/profiles/local-process/identity.ts';
import { systemProcessTable } from '../src/profiles/local-process/system-process-table.ts';
import { profileTypes } from '../src/profiles/registry.ts';
import { UnknownNodes } from '../src/unknown-nodes.ts';
import { insertNodes } from '../src/store/nodes.ts';
import { insertProfile } from '../src/store/profiles.ts';
import { create, pidOf, usePlace } from './profiles/local-process-nodes.ts';
import { openTestStore } from './support/backends.ts';
import { aNode, aProfile } from './support/rows.ts';

const place = usePlace();

async function start(): Promise<Coppice> {
  const path = join(place.dataDir, 'coppice.yaml');
  writeFileSync(path, `data_dir: ${place.dataDir}\nlisten: 127.0.0.1:0\nlog: {level: silent}\n`);
  return await startCoppice(loadConfig({}, path));
}

async function warningOf({ url }: Coppice): Promise<unknown> {
  const { health } = (await (await fetch(`${url}/v1/health`)).json()) as { health: Record<string, unknown> };
  return health['server_warning'];
}

test('the status names them, and how to end them, until they have ended', async () => {
  await (await start()).stop();
  const node = await create(place.type, place.node({ command: ['sleep', '1000'] }));
  const identity = identityIn(node.data);
  const coppice = await start();
  const warning = await warningOf(coppice);
  expect(warning).toContain(
    `1 process runs for nodes that the database does not have, and nothing watches them: process ${pidOf(node)} of node ${node.id} in ${place.fileOf(node)} (kill -- -${pidOf(node)} ends it).`,
  );
  expect(warning).toMatch(/put a newer coppice.db there; else end them, and remove their directories/);
  expect(identity && findProcess(systemProcessTable(), identity)?.state).toBe('running');

  process.kill(-pidOf(node), 'SIGKILL');
  await expect.poll(() => warningOf(coppice)).toBeNull();
  await coppice.stop();
});

test('nodes that the database has are not named, nor those without a process; a start that is being ended is', async () => {
  const test = await openTestStore();
  const types = profileTypes({ dataDir: place.dataDir });
  const [known, stopping] = [
    await create(place.type, place.node({ command: ['sleep', '1000'] })),
    await create(place.type, place.node({ command: ['sleep', '1000'] })),
  ];
  await mkdir(place.fileOf(place.node({ command: ['true'] })));
  await test.store.write(async (tx) => {
    const profile = aProfile();
    await insertProfile(tx, profile);
    await insertNodes(tx, [aNode({ id: known.id, profileId: profile.id })]);
  });
  await rename(place.fileOf(stopping, 'starts'), place.fileOf(stopping, 'retired'));
  const unknown = await UnknownNodes.find(test.store.db, types);
  expect((await unknown.running()).map(({ nodeId }) => nodeId)).toEqual([stopping.id]);
  await test.close();
});
