import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { fakeApi } from '../../test/cli/fake-api.ts';
import { plainTerminal, run } from '../../test/cli/run.ts';
import { buildProgram } from './program.ts';

function everyCommand(command: Command, words: readonly string[] = []): (readonly string[])[] {
  const below = command.commands.flatMap((child) => everyCommand(child, [...words, child.name()]));
  return words.length === 0 ? below : [words, ...below];
}

const unreachable = 'http://127.0.0.1:9';

describe('what is typed', () => {
  test('nothing shows what there is, and is no failure', async () => {
    const { code, out } = await run([]);
    expect(code).toBe(0);
    expect(out).toContain('coppice demo');
  });

  test('an unknown command exits with 2 and suggests what was probably meant', async () => {
    const { code, err, out } = await run(['clustr', 'list']);
    expect(code).toBe(2);
    expect(err).toContain("unknown command 'clustr'");
    expect(err).toContain('Did you mean cluster?');
    expect(out).toBe('');
  });

  test.each([
    [['clustr', 'list', 'node'], 'cluster'],
    [['cluster', 'lst'], 'list'],
    [['--url', 'cluster', 'polcy', 'list'], 'policy'],
    [['cluster', 'breaker', 'rest', 'web'], 'reset'],
    [['cluster', 'policy', 'attach', 'web', 'h'], 'policy-attach'],
    [['cluster', 'attach', 'web', 'h'], 'policy-attach'],
    [['cluster', 'policy', 'web'], 'policy-attach, policy-update or policy-detach'],
    [['delete', 'cluster', 'web'], 'cluster delete'],
    [['cluster', 'create', 'web', '--profil', 'p'], '--profile'],
    [['node', 'release', '--ul', 'x'], '--url'],
    [['cluster', 'resize', 'web', '--size', '7'], '--capacity'],
    [['cluster', 'resize', 'web', '--min', '7'], '--min-size'],
    [['cluster', 'create', 'web', '--capacity', '7'], '--size'],
  ])('%j suggests %s, whatever else is missing', async (words, meant) => {
    const { code, err } = await run(words, { url: unreachable });
    expect(code).toBe(2);
    expect(err).toContain(`Did you mean ${meant}?`);
  });

  test('a required option that is missing is named', async () => {
    const { code, err } = await run(['cluster', 'create', 'web'], { url: unreachable });
    expect(code).toBe(2);
    expect(err).toContain("required option '-p, --profile <profile>' not specified");
  });

  test.each([
    [['cluster']],
    [['cluster', 'create']],
    [['cluster', 'create', 'web']],
    [['cluster', 'create', 'web', '--profile', 'p', '--size', 'many']],
    [['cluster', 'create', 'web', '--profile', 'p', '--size', '-1']],
    [['cluster', 'resize', 'web']],
    [['cluster', 'resize', 'web', '--capacity', '3', '--adjust', '1']],
    [['cluster', 'policy-update', 'web', 'p']],
    [['cluster', 'update', 'web']],
    [['cluster', 'create', 'web', '--profile', 'p', '--metadata', 'nothing']],
    [['node', 'list', '--nope']],
    [['node', 'list', '--url', 'not a url']],
    [['node', 'show', '']],
    [['cluster', 'show', '..']],
    [['node', 'delete', '.']],
  ])('%j is a usage error: exit code 2, and nothing on stdout', async (words) => {
    const { code, out, err } = await run(words, { url: unreachable });
    expect([code, out]).toEqual([2, '']);
    expect(err).not.toBe('');
  });

  test('every command has a help, with an example of itself', async () => {
    const program = await buildProgram(plainTerminal());
    for (const words of everyCommand(program)) {
      const { code, out } = await run([...words, '--help']);
      expect([words, code]).toEqual([words, 0]);
      // A group is shown by an example of one of its commands.
      expect(out).toMatch(new RegExp(`^  \\$ coppice ${words.join(' ')}\\b`, 'm'));
    }
  });
});

describe('help', async () => {
  const commands = [[], ...everyCommand(await buildProgram(plainTerminal()))];

  const longLines = async (words: readonly string[], columns?: number): Promise<string[]> => {
    const { code, out } = await run([...words, '--help'], columns === undefined ? {} : { columns });
    expect(code).toBe(0);
    return out.split('\n').filter((line) => line.length > (columns ?? 80));
  };

  test.each(commands.map((words) => [words.join(' '), words] as const))(
    'of coppice %s keeps to 80 columns where there is no terminal, and to the width of one',
    async (_, words) => {
      expect(await longLines(words)).toEqual([]);
      // Commands of examples are never broken, so that they can be copied.
      expect((await longLines(words, 50)).filter((line) => !line.startsWith('  $ '))).toEqual([]);
      expect((await run([...words, '--help'], { columns: 200 })).out).not.toMatch(/\n {40,}\S/);
    },
  );
});

describe('what goes wrong', () => {
  test('a server that is not there is named, with how to start one; no stack', async () => {
    const { code, err } = await run(['cluster', 'list'], { url: unreachable });
    expect(code).toBe(1);
    expect(err).toContain(`No Coppice server answers at ${unreachable}`);
    expect(err).toContain('coppice serve');
    expect(err).not.toContain('    at ');
  });

  test('DEBUG=coppice shows the stack and its causes', async () => {
    const { err } = await run(['cluster', 'list'], { url: unreachable, env: { DEBUG: 'coppice' } });
    expect(err).toContain('    at ');
    expect(err).toContain('caused by');
  });

  test('--url wins over COPPICE_URL', async () => {
    const { err } = await run(['cluster', 'list', '--url', unreachable], { url: 'http://127.0.0.1:10' });
    expect(err).toContain(unreachable);
  });

  test('the sentence of the server is what the person reads', async () => {
    const message = "The cluster 'web' could not be found.";
    await using api = await fakeApi({
      'GET /v1/clusters/web': {
        status: 404,
        body: { error: { code: 404, message, type: 'ResourceNotFound' } },
      },
    });
    const { code, err } = await run(['cluster', 'show', 'web'], { url: api.url });
    expect([code, err]).toEqual([1, `coppice: ${message}\n`]);
  });

  test('what the sentence leaves out is shown with it: field, expected, found', async () => {
    const issue = { field: 'cluster.name', expected: 'a text', found: '5' };
    const error = { code: 400, message: 'Malformed.', type: 'HTTPBadRequest', issues: [issue] };
    await using api = await fakeApi({ 'GET /v1/clusters': { status: 400, body: { error } } });
    const { err } = await run(['cluster', 'list'], { url: api.url });
    expect(err).toBe('coppice: Malformed.\n         cluster.name: expected a text, found 5\n');
  });

  test('what the sentence has already is not repeated', async () => {
    const issue = { field: 'properties.command', expected: 'a list', found: '5' };
    const message = 'command: expected a list, found 5';
    const error = { code: 400, message, type: 'InvalidSpec', issues: [issue] };
    await using api = await fakeApi({ 'GET /v1/clusters': { status: 400, body: { error } } });
    expect((await run(['cluster', 'list'], { url: api.url })).err).toBe(`coppice: properties.${message}\n`);
  });

  test('an error is JSON where JSON was asked for, in one shape: of the server, of the usage, of the connection', async () => {
    const issue = { field: 'properties.comand', expected: 'one of command', found: 'an unknown key' };
    const message = "Failed in creating profile web: Unrecognizable spec item 'comand'";
    const error = { code: 400, message, type: 'InvalidSpec', issues: [issue] };
    await using api = await fakeApi({ 'GET /v1/clusters/web': { status: 400, body: { error } } });
    const refused = await run(['--json', 'cluster', 'show', 'web'], { url: api.url });
    expect([refused.code, refused.out, JSON.parse(refused.err)]).toEqual([
      1,
      '',
      {
        error: {
          message:
            'Failed in creating profile web:\nproperties.comand: expected one of command, found an unknown key',
          status: 400,
          type: 'InvalidSpec',
          issues: [issue],
        },
      },
    ]);
    for (const words of [
      ['cluster', 'shwo'],
      ['cluster', 'show'],
      ['cluster', 'list', '--nonsense'],
    ]) {
      const { code, err } = await run([...words, '--json'], { url: unreachable });
      expect([code, JSON.parse(err)]).toEqual([
        2,
        { error: { message: expect.any(String), status: null, type: null, issues: [] } },
      ]);
    }
    const away = await run(['cluster', 'list', '--json'], { url: unreachable });
    expect([away.code, JSON.parse(away.err)]).toMatchObject([1, { error: { status: null } }]);
  });

  test('a server of something else is named as one', async () => {
    await using api = await fakeApi({ 'GET /v1/clusters': { status: 404, body: '<!DOCTYPE HTML>' } });
    const { err } = await run(['cluster', 'list'], { url: api.url });
    expect(err).toMatch(/answered 404.*\n.*This is probably no Coppice server: see --url and COPPICE_URL/);
  });

  test('a server that starts is not said to be absent', async () => {
    const body = { reason: 'Coppice is starting.', status: 'unavailable' };
    await using api = await fakeApi({ 'GET /v1/clusters': { status: 503, body } });
    const { err } = await run(['cluster', 'list'], { url: api.url });
    expect(err).toBe(`coppice: The Coppice server at ${api.url} is not ready: Coppice is starting.\n`);
  });

  test('https to a server that speaks http is one line', async () => {
    await using api = await fakeApi({});
    const { code, err } = await run(['cluster', 'list'], { url: api.url.replace('http:', 'https:') });
    expect(code).toBe(1);
    expect(err).toContain('it does not speak https: try http://');
    expect(err.trim().split('\n')).toHaveLength(2);
  });

  test('an answer that is not JSON is not read as one of Coppice', async () => {
    await using api = await fakeApi({ 'GET /v1/clusters': { body: '<html>' } });
    const { code, err } = await run(['cluster', 'list'], { url: api.url });
    expect(code).toBe(1);
    expect(err).toContain('Is it a Coppice server?');
  });

  test('characters that steer a terminal are shown, not obeyed', async () => {
    const message = 'red \u001B[31m alert';
    await using api = await fakeApi({
      'GET /v1/clusters': { status: 500, body: { error: { message, type: 'x' } } },
    });
    const { err } = await run(['cluster', 'list'], { url: api.url });
    expect(err).not.toContain('\u001B');
  });
});
