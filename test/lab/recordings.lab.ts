/**
 * Repeats the recorded exchanges against a real OpenStack, and compares status, headers and shape with what
 * is stored in test/data/openstack. With COPPICE_RECORD=1 it stores what is answered instead.
 */
import { beforeAll, expect, test } from 'vitest';
import { Lab } from './lab.ts';
import { missingServices } from './missing-services.ts';
import { Recorder } from './recorder.ts';
import { scenes } from './scenes.ts';

const storing = process.env['COPPICE_RECORD'] === '1';
const lab = new Lab();

beforeAll(() => lab.connect());

test.for(scenes)('$name answers as recorded', async ({ play, needs }, context) => {
  const missing = missingServices(lab, needs);
  context.skip(missing !== '', missing);
  const recorder = new Recorder(lab, storing);
  try {
    await play(recorder);
  } finally {
    expect.soft(recorder.finish()).toEqual([]);
  }
});
