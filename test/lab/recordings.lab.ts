/**
 * Repeats the recorded exchanges against a real OpenStack, and compares status, headers and shape with what
 * is stored in test/data/openstack. With COPPICE_RECORD=1 it stores what is answered instead.
 */
import { beforeAll, expect, test } from 'vitest';
import { Lab } from './lab.ts';
import { Recorder } from './recorder.ts';
import { scenes } from './scenes.ts';

const storing = process.env['COPPICE_RECORD'] === '1';
const lab = new Lab();

beforeAll(() => lab.connect());

test.each(scenes)('$name answers as recorded', async ({ play, needs }) => {
  const missing = needs.filter((service) => !lab.has(service));
  expect(missing, 'services that the lab does not have').toEqual([]);
  const recorder = new Recorder(lab, storing);
  try {
    await play(recorder);
  } finally {
    expect.soft(recorder.finish()).toEqual([]);
  }
});
