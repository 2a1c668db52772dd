import { expect, test } from 'vitest';
import { aHealthRecord } from '../../test/support/health-record.ts';
import type { Json } from '../domain/json.ts';
import { readHealthRecord } from './read-health-record.ts';

test('a record is read as it was written', () => {
  const record = aHealthRecord('FAILED');
  expect(readHealthRecord(JSON.parse(JSON.stringify(record)) as Json)).toEqual(record);
});

test.each<[string, object]>([
  ['a state that does not exist', { state: 'POORLY' }],
  ['a time that is a text', { probedAt: '2026' }],
  ['a failure without a class', { failure: { reason: '500' } }],
  ['a detector without a verdict', { detectors: [{ detector: 'NODE_STATUS_POLLING', since: 1 }] }],
  ['a key that is missing', { last: undefined }],
])('one with %s says nothing', (_, changes) => {
  const damaged = JSON.parse(JSON.stringify({ ...aHealthRecord('FAILED'), ...changes })) as Json;
  expect(readHealthRecord(damaged)).toBeUndefined();
});
