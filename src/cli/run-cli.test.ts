import { describe, expect, test } from 'vitest';
import { fakeApi } from '../../test/cli/fake-api.ts';
import { plainTerminal, run } from '../../test/cli/run.ts';
import { buildProgram } from './program.ts';

const nobody = 'http://127.0.0.1:9';

describe('what is typed', () => {
  test('nothing shows what there is, and is no failure', async () => {
    const { code, out } = await run([]);
    expect(code).toBe(0);
    expect(out).toContain('coppice demo');
  });

  test('an unknown command exits with 2 and says what was probably meant', async () => {
    const { code, err, out } = await run(['clustr', 'list']);
    expect(code).toBe(2);
    expect(err).toContain("unknown command 'clustr'");
    expect(err).toContain('Did you mean cluster?');
    expect(out).toBe('');
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
  ])('%j is a usage error: exit code 2, and nothing on stdout', async (words) => {
    const { code, out, err } = await run(words, { url: nobody });
    expect([code, out]).toEqual([2, '']);
    expect(err).not.toBe('');
  });

  test('every command has a help, and every group an example', async () => {
    const program = buildProgram(plainTerminal());
    for (const group of program.commands) {
      const { code, out } = await run([group.name(), '--help']);
      expect([group.name(), code]).toEqual([group.name(), 0]);
      const helps = await Promise.all(
        group.commands.map((command) => run([group.name(), command.name(), '--help'])),
      );
      expect(helps.map((help) => help.code)).toEqual(helps.map(() => 0));
      expect([out, ...helps.map((help) => help.out)].join('\n')).toMatch(/\$ coppice /);
    }
  });
});

describe('what goes wrong', () => {
  test('a server that is not there is named, with how to start one; no stack', async () => {
    const { code, err } = await run(['cluster', 'list'], { url: nobody });
    expect(code).toBe(1);
    expect(err).toContain(`No Coppice server answers at ${nobody}`);
    expect(err).toContain('coppice serve');
    expect(err).not.toContain('    at ');
  });

  test('DEBUG=coppice shows the stack and its causes', async () => {
    const { err } = await run(['cluster', 'list'], { url: nobody, env: { DEBUG: 'coppice' } });
    expect(err).toContain('    at ');
    expect(err).toContain('caused by');
  });

  test('--url wins over COPPICE_URL', async () => {
    const { err } = await run(['cluster', 'list', '--url', nobody], { url: 'http://127.0.0.1:10' });
    expect(err).toContain(nobody);
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

  test('an answer that is not JSON is not taken for one of Coppice', async () => {
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
