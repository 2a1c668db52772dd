import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { fakeApi, type Answers } from '../../../test/cli/fake-api.ts';
import { plainTerminal, run } from '../../../test/cli/run.ts';
import type { JsonObject } from '../../domain/json.ts';
import { buildProgram } from '../program.ts';

const action = { id: 'a1', action: 'DELETE', status: 'SUCCEEDED', status_reason: '', data: {}, outputs: {} };
const accepted = { status: 202, headers: { Location: 'http://x/v1/actions/a1' }, body: {} };

/** By command: where its objects are, and whether an action deletes them. */
const kinds = {
  'cluster delete': { path: '/v1/clusters', one: 'cluster', answer: accepted, ended: action },
  'node delete': { path: '/v1/nodes', one: 'node', answer: accepted, ended: action },
  'retained delete': { path: '/v1/retained', one: 'retained', answer: accepted, ended: action },
  'profile delete': { path: '/v1/profiles', one: 'profile', answer: { status: 204 }, ended: null },
  'policy delete': { path: '/v1/policies', one: 'policy', answer: { status: 204 }, ended: null },
  'receiver delete': { path: '/v1/receivers', one: 'receiver', answer: { status: 204 }, ended: null },
  // Mistral's API answers with the object itself.
  'workflow delete': { path: '/v2/workflows', one: null, answer: { status: 204 }, ended: null },
} as const;

function shown(one: string | null, object: JsonObject): JsonObject {
  return one === null ? object : { [one]: object };
}

test('every delete command is tried here', async () => {
  const found: string[] = [];
  const visit = (command: Command, words: readonly string[]): void => {
    if (command.name() === 'delete') found.push(words.join(' '));
    for (const child of command.commands) visit(child, [...words, child.name()]);
  };
  visit(await buildProgram(plainTerminal()), []);
  expect(found.toSorted()).toEqual(Object.keys(kinds).toSorted());
});

describe.each(Object.entries(kinds))('%s --json', (words, { path, one, answer, ended }) => {
  const answers: Answers = {
    ...Object.fromEntries(
      ['a', 'b'].flatMap((name) => [
        [`GET ${path}/${name}`, { body: shown(one, { id: `${name}1`, name }) }],
        [`DELETE ${path}/${name}`, answer],
        [`DELETE ${path}/${name}1`, answer],
      ]),
    ),
    'GET /v1/actions/a1': { body: { action } },
  };

  test.each([[['a']], [['a', 'b']]])('of %j is a list with an entry for each name', async (names) => {
    await using api = await fakeApi(answers);
    const { code, out } = await run([...words.split(' '), ...names, '--json'], { url: api.url });
    expect([code, JSON.parse(out)]).toEqual([0, names.map((name) => ({ name, action: ended }))]);
  });

  test('leaves out what was refused, and of nothing there is no document', async () => {
    const refusal = { status: 409, body: {} };
    const refusing = { ...answers, [`DELETE ${path}/b`]: refusal, [`DELETE ${path}/b1`]: refusal };
    await using api = await fakeApi(refusing);
    const some = await run([...words.split(' '), 'a', 'b', '--json'], { url: api.url });
    expect([some.code, JSON.parse(some.out)]).toEqual([1, [{ name: 'a', action: ended }]]);
    const none = await run([...words.split(' '), 'c', '--json'], { url: api.url });
    expect([none.code, none.out]).toEqual([1, '']);
  });
});

test('of an action that failed the entry is there as well', async () => {
  const failed = { ...action, status: 'FAILED', status_reason: 'it is locked' };
  await using api = await fakeApi({
    'DELETE /v1/nodes/a': accepted,
    'GET /v1/actions/a1': { body: { action: failed } },
  });
  const { code, out, err } = await run(['node', 'delete', 'a', '--wait', '--json'], { url: api.url });
  expect([code, JSON.parse(out)]).toEqual([1, [{ name: 'a', action: failed }]]);
  expect(err).toContain('it is locked');
});
