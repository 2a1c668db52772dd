/** A refusal in the words of each Python client, and in none of them a secret. */
import { expect, test } from 'vitest';
import { answerReason } from '../answer-reason.ts';
import { CloudError } from '../cloud-error.ts';
import { serviceNamespaces } from './namespaces.ts';

const error = new CloudError({
  service: 'any',
  request: 'GET /things/1',
  status: 404,
  reason: 'Thing 1 could not be found.',
  requestId: 'req-1',
  mayHaveHappened: false,
  retryAfterMs: null,
});

test.each([
  ['nova', 'Thing 1 could not be found. (HTTP 404) (Request-ID: req-1)'],
  ['heat', 'ERROR: Thing 1 could not be found.'],
  ['glance', 'HTTP 404 Thing 1 could not be found.'],
  ['neutron', "Thing 1 could not be found.\nNeutron server returns request_ids: ['req-1']"],
  ['cinder', 'Thing 1 could not be found. (HTTP 404) (Request-ID: req-1)'],
  ['ironic', 'Thing 1 could not be found. (HTTP 404)'],
  ['keystone', 'Thing 1 could not be found. (HTTP 404) (Request-ID: req-1)'],
])('%s', (name, text) => {
  const namespace = serviceNamespaces.find((one) => one.name === name);
  expect(namespace?.errorText(error)).toBe(text);
});

test('the HTML of the framework below a service is no part of its reason', () => {
  const message = 'The resource could not be found.<br /><br />\n\n\n';
  expect(answerReason({ message, code: '404 Not Found', title: 'Not Found' }, 404)).toBe(
    'The resource could not be found.',
  );
});

test('each name of an action is there once', () => {
  const names = serviceNamespaces.flatMap(({ name, methods }) =>
    methods.map((method) => `${name}.${method.name.replaceAll('.', '_')}`),
  );
  expect(names.length).toBe(new Set(names).size);
});
