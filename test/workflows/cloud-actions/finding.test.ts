/** `find` and `findall`: attributes are compared as Python's clients compare them. */
import { expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../src/domain/json.ts';
import { CloudError } from '../../../src/openstack/cloud-error.ts';
import type { CalledService, ServiceCall } from '../../../src/openstack/methods/client-method.ts';
import { find, findMatching, type Found } from '../../../src/openstack/methods/find.ts';

const found: Found = {
  noun: 'Thing',
  path: '/things/detail',
  key: 'things',
  one: { path: '/things/{id}', key: 'thing' },
};

/** Answers by method and path with its query. */
function service(answers: Readonly<Record<string, Json>>): CalledService & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    key: 'k',
    asked,
    request: async ({ path, query = {} }: ServiceCall) => {
      const text = Object.entries(query).map(([name, value]) => `${name}=${String(value)}`);
      const at = path + (text.length === 0 ? '' : `?${text.join('&')}`);
      asked.push(at);
      const body = answers[at];
      if (body === undefined) throw refused();
      return await Promise.resolve({ status: 200, body, headers: {} });
    },
  };
}

function refused(): CloudError {
  return new CloudError({
    service: 'things',
    request: 'GET /things',
    status: 404,
    reason: 'no',
    requestId: null,
    mayHaveHappened: false,
    retryAfterMs: null,
  });
}

const one: JsonObject = { id: '1', name: 'a', size: 1, tags: ['x'], owner: null };
const two: JsonObject = { id: '2', name: 'b', size: 1 };

test('all attributes have to be equal, and to be there', async () => {
  const things = service({ '/things/detail': { things: [one, two] } });
  expect(await findMatching(found)({ size: 1, owner: null }, things)).toEqual([one]);
  expect(await findMatching(found)({ size: '1' }, things)).toEqual([]);
  expect(await findMatching(found)({ tags: ['x'] }, things)).toEqual([one]);
});

test('every page is read', async () => {
  const first = { things: [two], things_links: [{ rel: 'next', href: 'http://x/things?marker=2' }] };
  const things = service({ '/things/detail': first, '/things/detail?marker=2': { things: [one] } });
  expect(await find(found)({ owner: null }, things)).toEqual(one);
});

test('by its id it is asked for alone, and what is gone is not found', async () => {
  const things = service({ '/things/1': { thing: one } });
  expect(await find(found)({ id: '1', size: 1 }, things)).toEqual(one);
  expect(await findMatching(found)({ id: '1', size: 2 }, things)).toEqual([]);
  expect(await findMatching(found)({ id: '9' }, things)).toEqual([]);
  expect(things.asked).toEqual(['/things/1', '/things/1', '/things/9']);
});

test('by its name it is given as it is shown alone', async () => {
  const whole = { ...one, groups: [] };
  const things = service({ '/things/detail': { things: [one, two] }, '/things/1': { thing: whole } });
  expect(await find(found)({ name: 'a' }, things)).toEqual(whole);
});

test('none, or several, are a failure that says what was looked for', async () => {
  const things = service({ '/things/detail': { things: [one, two] } });
  await expect(find(found)({ size: 3, owner: null, on: true }, things)).rejects.toThrow(
    "No Thing matching {'size': 3, 'owner': None, 'on': True}. (HTTP 404)",
  );
  await expect(find(found)({ size: 1 }, things)).rejects.toThrow(
    "There are 2 Thing matching {'size': 1}: expected one (NoUniqueMatch).",
  );
});
