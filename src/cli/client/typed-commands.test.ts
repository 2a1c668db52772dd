import { expect, test } from 'vitest';
import { fakeApi } from '../../../test/cli/fake-api.ts';
import { run } from '../../../test/cli/run.ts';
import { buildProgram } from '../program.ts';
import type { Terminal } from '../rendering/terminal.ts';
import { typedCommands } from './typed-commands.ts';

const here = (words: string): string => `npx coppice --url http://a:1 ${words}`;

test.each([
  [
    'Detach it first: coppice cluster policy-detach c1 p1',
    'Detach it first: npx coppice --url http://a:1 cluster policy-detach c1 p1',
  ],
  [
    'give it (coppice node update web-1 --profile NAME)',
    'give it (npx coppice --url http://a:1 node update web-1 --profile NAME)',
  ],
  ['see `coppice status`', 'see `npx coppice --url http://a:1 status`'],
  ['it is typed already: npx coppice action show a1', 'it is typed already: npx coppice action show a1'],
  ['the program /usr/bin/coppice node.js ended', 'the program /usr/bin/coppice node.js ended'],
  ['coppice has no cluster of this name', 'coppice has no cluster of this name'],
])('%s', (text, expected) => {
  expect(typedCommands(text, here)).toBe(expected);
});

test('every command is known in a sentence', async () => {
  const program = await buildProgram({} as Terminal);
  for (const { commands, name } of program.commands.map((each) => ({
    commands: each.commands,
    name: each.name(),
  }))) {
    const command = `coppice ${name}${commands.length === 0 ? '' : ` ${commands[0]?.name()}`}`;
    expect(typedCommands(`try ${command}`, here)).toBe(`try ${command.replace('coppice', here('').trim())}`);
  }
});

const why = 'a lock is held: coppice action show a9';
const refused = {
  status: 409,
  body: { error: { code: 409, type: 'ResourceInUse', message: why, issues: [] } },
};

test.each([
  ['a status reason', ['action', 'show', 'a1'], { 'GET /v1/actions/a1': { body: { action: anAction() } } }],
  ['an event', ['event', 'list'], { 'GET /v1/events': { body: { events: [anEvent()] } } }],
  ['an error', ['cluster', 'check', 'web'], { 'POST /v1/clusters/web/actions': refused }],
] as const)(
  'commands in %s are written as they are typed here, and for a program as they are',
  async (_, words, routes) => {
    await using api = await fakeApi(routes);
    const env = { npm_command: 'exec' };
    const { out, err } = await run(words, { url: api.url, env });
    expect(out + err).toContain('a lock is held: npx coppice action show a9');
    const json = await run(['--json', ...words], { url: api.url, env });
    expect(json.out + json.err).toContain('a lock is held: coppice action show a9');
  },
);

function anAction() {
  return {
    id: 'a1',
    action: 'CLUSTER_CHECK',
    status: 'FAILED',
    status_reason: why,
    inputs: {},
    outputs: {},
    data: {},
  };
}

function anEvent() {
  return {
    id: 'e1',
    timestamp: '2026-11-22T18:19:00Z',
    level: '20',
    oname: 'web',
    otype: 'CLUSTER',
    action: 'CLUSTER_CHECK',
    status: 'error',
    status_reason: why,
  };
}
