import { expect, test } from 'vitest';
import { healthPolicy } from '../../test/support/health-policies.ts';
import { operationRules } from './operation-rules.ts';

const retain = { for: 60, max: 2 };
const keeping = healthPolicy({
  detection: { detection_modes: [{ type: 'NODE_STATUS_POLLING' }] },
  recovery: { actions: [{ name: 'REBOOT' }, { name: 'RECREATE', params: { retain, surge: true } }] },
});

test.each([
  ['RECREATE', {}, { surge: false, retain: { forMs: 60_000, max: 2 } }],
  ['RECREATE', { surge: true }, { surge: true, retain: { forMs: 60_000, max: 2 } }],
  ['REBOOT', {}, undefined],
])(
  '%s %j that is requested keeps what the policy keeps, and surges where it is asked to',
  (name, params, made) => {
    expect(operationRules(name, params, keeping).items[0]?.recreate).toEqual(made);
  },
);

test('without a policy nothing is kept', () => {
  expect(operationRules('RECREATE', {}, null).items[0]?.recreate).toBeUndefined();
});
