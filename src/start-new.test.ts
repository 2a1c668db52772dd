import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { create, pidOf, usePlace } from '../test/profiles/local-process-nodes.ts';
import { profileTypes } from './profiles/registry.ts';
import { checkDatabaseIsExpected } from './start-new.ts';

const place = usePlace();

async function check(startNew = false): Promise<void> {
  const directory = {
    path: place.dataDir,
    databasePath: join(place.dataDir, 'coppice.db'),
    nodesPath: join(place.dataDir, 'nodes'),
    release() {},
  };
  await checkDatabaseIsExpected(directory, profileTypes({ dataDir: place.dataDir }), { startNew });
}

test('a new directory needs no word', async () => {
  await check();
});

test.each(['missing', 'empty'])(
  'a database that is %s beside living nodes stops the start',
  async (state) => {
    const node = await create(place.type, place.node({ command: ['sleep', '1000'] }));
    if (state === 'empty') await writeFile(join(place.dataDir, 'coppice.db'), '');
    const found = `its database coppice.db is ${state}, but it holds 1 nodes, of which 1 run (process ${pidOf(node)}).`;
    await expect(check()).rejects.toThrow(found);
    await expect(check()).rejects.toThrow(/Put coppice.db back.*coppice serve --new/);
    await check(true);
  },
);

test('nodes whose processes are gone count, too', async () => {
  await mkdir(join(place.dataDir, 'local.process', 'node-1'), { recursive: true });
  await expect(check()).rejects.toThrow(/holds 1 nodes, none of which runs/);
});

test('--new is refused where there is a database', async () => {
  await writeFile(join(place.dataDir, 'coppice.db'), 'something');
  await expect(check(true)).rejects.toThrow(
    /--new: expected a directory without a database, found .*coppice.db/,
  );
  await check();
});
