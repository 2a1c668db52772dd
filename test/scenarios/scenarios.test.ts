/**
 * Each `*.scenario` beside this file is a script, its `*.transcript` what comes of it. Where Coppice decides
 * otherwise on purpose, write the transcripts again and read the difference: UPDATE_TRANSCRIPTS=1 npx vitest
 * run test/scenarios
 */
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { playScenario } from '../support/scenario.ts';

const names = globSync('*.scenario', { cwd: import.meta.dirname })
  .map((file) => path.basename(file, '.scenario'))
  .sort();

const isUpdate = process.env['UPDATE_TRANSCRIPTS'] === '1';

test.each(names)('%s', async (name) => {
  const script = readFileSync(path.join(import.meta.dirname, `${name}.scenario`), 'utf8');
  const file = path.join(import.meta.dirname, `${name}.transcript`);
  const { transcript, complaints, overlaps, locks } = await playScenario(script);
  if (isUpdate) writeFileSync(file, transcript);
  expect(existsSync(file), `${name}.transcript is there; else write it with UPDATE_TRANSCRIPTS=1`).toBe(true);
  expect(transcript).toBe(readFileSync(file, 'utf8'));
  expect({ complaints, overlaps, locks }).toEqual({ complaints: [], overlaps: [], locks: 0 });
});
