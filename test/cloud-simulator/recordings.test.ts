/**
 * The simulator answers as the recordings of a real OpenStack (test/data/openstack): the same requests, the
 * same status and headers, the same keys and types. What differs, and why, is in the lists below.
 */
import { afterEach, expect, test } from 'vitest';
import { Recorder } from '../lab/recorder.ts';
import { recordHeat } from '../lab/scenes/heat.ts';
import { recordOctavia } from '../lab/scenes/octavia.ts';
import { SimulatedLab } from './simulated-lab.ts';

/** Beginnings of lines that are accepted. */
const accepted = [
  // The simulator gives each answer an id, also one of the middleware that checks tokens.
  'octavia/token-missing: headers',
  // A list below a pool that does not exist has the shape of Octavia's framework; its status is enough.
  'octavia/members-of-unknown-pool: missing: ',
  'octavia/members-of-unknown-pool: not expected: ',
  // Heat shows defaults of the schema of a resource type, which the simulator does not have.
  'heat/stack-preview: missing: stack.resources[].properties.',
];

let lab: SimulatedLab | undefined;
afterEach(() => lab?.simulator.close());

async function differences(play: (recorder: Recorder) => Promise<void>): Promise<readonly string[]> {
  lab = await SimulatedLab.start({ strict: true });
  const recorder = new Recorder(lab, false);
  await play(recorder);
  return recorder.finish().filter((line) => !accepted.some((one) => line.startsWith(one)));
}

test('Octavia answers as recorded', async () => {
  expect(await differences(recordOctavia)).toEqual([]);
});

test('Heat answers as recorded', async () => {
  expect(await differences(recordHeat)).toEqual([]);
});
