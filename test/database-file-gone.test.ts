/** The database file is moved away while Coppice serves: nothing is answered as done that is lost. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startCoppice, type Coppice } from '../src/app.ts';
import { loadConfig } from '../src/config.ts';

let directory: string;
let database: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'coppice-database-gone-'));
  database = join(directory, 'data', 'coppice.db');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function start(): Promise<Coppice> {
  const path = join(directory, 'coppice.yaml');
  writeFileSync(path, `data_dir: ${directory}/data\nlisten: 127.0.0.1:0\nlog: {level: silent}\n`);
  return await startCoppice(loadConfig({}, path));
}

/** @returns the status and the text of the answer. */
async function createProfile({ url }: Coppice, name: string): Promise<{ status: number; text: string }> {
  const spec = { type: 'local.process', version: '1.0', properties: { command: ['sleep', '1000'] } };
  const answer = await fetch(`${url}/v1/profiles`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ profile: { name, spec } }),
  });
  return { status: answer.status, text: await answer.text() };
}

test('what would be lost is refused, until the file is back', async () => {
  const coppice = await start();
  expect(await createProfile(coppice, 'before')).toMatchObject({ status: 201 });
  renameSync(database, `${database}.away`);
  const refused = await createProfile(coppice, 'meanwhile');
  expect(refused).toMatchObject({ status: 503 });
  expect(refused.text).toContain(`The database ${database} was moved away or deleted`);
  renameSync(`${database}.away`, database);
  expect(await createProfile(coppice, 'after')).toMatchObject({ status: 201 });
  const { profiles } = (await (await fetch(`${coppice.url}/v1/profiles`)).json()) as {
    profiles: { name: string }[];
  };
  expect(profiles.map(({ name }) => name).toSorted()).toEqual(['after', 'before']);
  await coppice.stop();
});

test('a stop without the file ends every part, says why it failed, and lets go of the directory', async () => {
  const coppice = await start();
  rmSync(database);
  await expect(coppice.stop()).rejects.toThrow(`The database ${database} was moved away or deleted`);
  const again = await start();
  expect(await createProfile(again, 'again')).toMatchObject({ status: 201 });
  await again.stop();
});
