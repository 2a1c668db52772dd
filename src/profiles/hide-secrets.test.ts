import { expect, test } from 'vitest';
import { CoppiceError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import { hidingSecrets } from './hide-secrets.ts';
import { heatStack } from './os-heat-stack/os-heat-stack.ts';
import { novaServer } from './os-nova-server/os-nova-server.ts';
import type { CreateRequest, NodeFacts, OperationRequest, ProfileType } from './profile-type.ts';

const server = {
  flavor: 'm1.tiny',
  admin_pass: 'SEKRETpw',
  user_data: 'password: SEKRETdata',
  personality: [{ path: '/etc/x', contents: 'SEKRETfile' }],
};
const sent = Buffer.from(server.user_data).toString('base64');

/** Of a type that says this in every error and verdict, of nodes with these properties. */
function saying(type: ProfileType, sentence: string, properties: JsonObject) {
  const fail = () => Promise.reject(new CoppiceError('operation-failed', sentence, { retryable: false }));
  const loud = hidingSecrets({
    ...type,
    create: fail,
    examine: () => Promise.resolve([{ field: 'image', expected: 'one', found: sentence }]),
    probe: () => Promise.resolve({ health: 'unknown' as const, reason: sentence }),
    operations: { rebuild: { description: '', parameters: {}, run: fail } },
    surge: { obstacles: () => [], create: fail, removeExcept: fail },
    update: {
      plan: () => ({ way: 'REFUSED', issues: [] }),
      effectOf: () => null,
      unchangeable: [],
      change: fail,
    },
  });
  return { loud, node: { properties } as unknown as NodeFacts };
}

test('what a service quotes of the secrets of a profile is cut out of errors and verdicts', async () => {
  const sentence = `Invalid adminPass SEKRETpw; files SEKRETfile; user_data ${sent}; other m1.tiny, SEKRETnew`;
  const { loud, node } = saying(novaServer({ clouds: undefined }), sentence, server);
  const shown = 'Invalid adminPass ***; files ***; user_data ***; other m1.tiny, SEKRETnew';
  const request = {} as CreateRequest & OperationRequest;
  await expect(loud.create(node, request)).rejects.toMatchObject({
    message: shown,
    code: 'operation-failed',
    retryable: false,
  });
  await expect(loud.surge?.create(node, request)).rejects.toThrow(shown);
  expect(await loud.probe(node, AbortSignal.timeout(1000))).toEqual({ health: 'unknown', reason: shown });
  expect(await loud.examine?.(server, null)).toMatchObject([{ found: shown }]);
  const hidden = shown.replace('SEKRETnew', '***');
  const change = loud.update?.change(node, { admin_pass: 'SEKRETnew' }, 'admin_pass', request);
  await expect(change).rejects.toThrow(hidden);
  const run = loud.operations['rebuild']?.run(node, { admin_pass: 'SEKRETnew' }, request);
  await expect(run).rejects.toThrow(hidden);
});

test('a long one is cut out also where a service has cut it off', async () => {
  const long = `#cloud-config\npassword: SEKRET ${'x'.repeat(1000)}`;
  const quoted = Buffer.from(long).toString('base64').slice(0, 100);
  const type = novaServer({ clouds: undefined });
  const { loud, node } = saying(type, `Value: ${quoted}...`, { flavor: 'a', user_data: long });
  await expect(loud.create(node, {} as CreateRequest)).rejects.toThrow('Value: ***...');
});

test('of the parameters of a stack the names of what is in the cloud stay', async () => {
  const properties = { parameters: { pw: 'SEKRETstk', flavor: 'm1.small', pin: 123_456 } };
  const sentence = 'pw SEKRETstk or pin 123456 is wrong, and there is no flavor m1.small';
  const { loud, node } = saying(heatStack({ clouds: undefined }), sentence, properties);
  await expect(loud.create(node, {} as CreateRequest)).rejects.toThrow(
    'pw *** or pin *** is wrong, and there is no flavor m1.small',
  );
});

test('of the details of a stack nothing that the profile has as a parameter is shown, wherever it stands', async () => {
  const parameters = { pw: 'SEKRETstk', pin: 12, port: 4711, flavor: 'm1.small', admins: ['SEKRETann'] };
  const details = {
    parameters: { 'OS::stack_name': 'x', pw: 'SEKRETstk', pin: '12', port: '4711', size: '3' },
    outputs: [{ output_key: 'url', output_value: 'http://u:SEKRETstk@m1.small/SEKRETann' }],
    timeout_mins: 12,
  };
  const type = { ...heatStack({ clouds: undefined }), details: () => Promise.resolve(details) };
  const { node } = saying(type, '', { parameters });
  expect(await hidingSecrets(type).details(node, AbortSignal.timeout(1000))).toEqual({
    parameters: {
      'OS::stack_name': 'x',
      pw: '***',
      pin: '***',
      port: '***',
      flavor: '***',
      admins: '***',
      size: '3',
    },
    outputs: [{ output_key: 'url', output_value: 'http://u:***@m1.small/***' }],
    timeout_mins: 12,
  });
});
