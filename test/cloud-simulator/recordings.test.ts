/**
 * The simulator answers as the recordings of a real OpenStack (test/data/openstack): the scenes that made
 * them are played on it, and each answer has the recorded status, keys and types. What differs, and why, is
 * in `accepted-differences.ts`.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NOT_STORED, Recorder, recordingsFolder } from '../lab/recorder.ts';
import { scenes } from '../lab/scenes.ts';
import { acceptedDifferences, notSpoken } from './accepted-differences.ts';
import { SimulatedLab } from './simulated-lab.ts';

/** Folders of recordings whose service the simulator speaks as a whole. */
const services = ['keystone', 'nova', 'glance', 'neutron', 'placement', 'octavia', 'heat'];

let lab: SimulatedLab;
beforeAll(async () => {
  lab = await SimulatedLab.start({ strict: true, routers: false });
});
afterAll(() => lab.simulator.close());

/** By title: how the simulator's answer differs from the recorded one. */
const differences = new Map<string, readonly string[]>();

/** Of headers, those like Vary and the request ids of a middleware differ, and no client looks at them. */
const matters = (line: string): boolean =>
  !line.includes(': headers ') && !acceptedDifferences.some((one) => line.startsWith(one));

// In the order in which they were recorded: a later scene sees what an earlier one left.
test.each(scenes)('$name answers as recorded', async ({ play }) => {
  const recorder = new Recorder(lab, false);
  const titles: string[] = [];
  try {
    await play(recorder);
  } finally {
    for (const [title, lines] of recorder.differences()) {
      if (lines.includes(NOT_STORED)) continue;
      titles.push(title);
      differences.set(title, lines.map((line) => `${title}: ${line}`).filter(matters));
    }
  }
  const differing = titles.filter((title) => !(title in notSpoken));
  expect(differing.flatMap((title) => differences.get(title) ?? [])).toEqual([]);
});

test('each recording is compared, or listed with the reason why it is not', () => {
  const recorded = services.flatMap((service) =>
    readdirSync(join(recordingsFolder, service))
      .filter((file) => file.endsWith('.json') && file !== 'transitions.json')
      .map((file) => `${service}/${file.slice(0, -'.json'.length)}`),
  );
  expect(recorded.filter((title) => !differences.has(title) && !(title in notSpoken))).toEqual([]);
});

test('what is listed does differ', () => {
  const same = Object.keys(notSpoken).filter((title) => differences.get(title)?.length === 0);
  expect(same).toEqual([]);
});
