import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../../test/cli/run.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { startMistralServer, type MistralServer } from '../../../test/support/mistral-server.ts';
import { runNamespace } from '../client/run-namespace.ts';

let server: MistralServer;
let directory: string;

beforeAll(async () => {
  server = await startMistralServer();
  directory = mkdtempSync(join(tmpdir(), 'coppice-workflow-'));
});

afterAll(async () => {
  await server.close();
  rmSync(directory, { recursive: true, force: true });
});

function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

const good = `version: '2.0'
greet:
  input: [name, {times: 1}]
  output: {said: <% $.said %>}
  tasks:
    say:
      with-items: i in <% range($.times) %>
      action: std.echo output="hello <% $.name %>"
      publish: {said: <% task().result %>}
      on-success: sub
    sub: {workflow: other}
other: {tasks: {bad: {action: std.fail, retry: {count: 1, delay: 0}, on-error: noop}}}
`;

describe('coppice workflow validate', () => {
  it('says what is in a good file', async () => {
    const path = file('good.yaml', good);
    const { code, out } = await run(['workflow', 'validate', path]);
    expect([code, out]).toEqual([0, `${path}: ok, workflows greet, other\n`]);
  });

  it('warns of a name that YAML reads as true or false, and not of one in quotes', async () => {
    const text = (name: string) => `version: '2.0'\nw:\n  tasks:\n    ${name}: {action: std.noop}\n`;
    const { code, err } = await run(['workflow', 'validate', file('no.yaml', text('no'))]);
    expect([code, err]).toEqual([
      0,
      expect.stringContaining(
        "no.yaml:4:5: w.tasks.false: the name no is read as false: put it in quotes, 'no'",
      ),
    ]);
    expect((await run(['workflow', 'validate', file('quoted.yaml', text("'no'"))])).err).toBe('');
  });

  it('draws a graph in one JSON document with --json', async () => {
    const path = file('drawn.yaml', good);
    const { out } = await run(['--json', 'workflow', 'graph', path, '--workflow', 'other']);
    expect(JSON.parse(out)).toEqual({ file: path, mermaid: expect.stringContaining('flowchart') as string });
  });

  it('says which action it refuses, and which it does not know, with the place', async () => {
    const ssh = file(
      'ssh.yaml',
      `version: '2.0'\nname: b\nworkflows:\n  w:\n    tasks:\n      a: {action: std.ssh}\n`,
    );
    expect((await run(['workflow', 'validate', ssh])).err).toMatch(
      /ssh\.yaml:6:11: workflows\.w\.tasks\.a\.action: std\.ssh needs private keys/,
    );
    const typo = file('typo.yaml', "version: '2.0'\nw: {tasks: {a: {action: std.ech output=1}}}\n");
    const { code, out, err } = await run(['workflow', 'validate', typo]);
    expect([code, out, err]).toEqual([
      0,
      `${typo}: valid, with 1 warning: workflows w\n`,
      `warning ${typo}:2:17: w.tasks.a.action: there is no action 'std.ech'; did you mean std.echo?\n`,
    ]);
  });

  it('says of an action that no server has what there is instead', async () => {
    const text = (action: string) => `version: '2.0'\nw: {tasks: {a: {action: ${action}}}}\n`;
    const said = async (action: string) =>
      (await run(['workflow', 'validate', file('absent.yaml', text(action))])).err;
    expect(await said('nova.servers_gett server=1')).toContain('did you mean nova.servers_get?');
    expect(await said('nova.agents_list')).toContain('Nova has agents no longer');
    expect(await said('trove.instances_list')).toContain('as it is, a server refuses the definition');
    expect(await said('nova.servers_get server=1')).toBe('');
    expect(await said('my.action')).toContain("the action 'my.action' is neither built in nor in this file");
  });

  it('says at which entry of a list a task is unknown, in the order of the text', async () => {
    const path = file(
      'unknown.yaml',
      "version: '2.0'\nw:\n  tasks:\n    a:\n      action: std.noop\n      on-success:\n        - b\n        - c: <% true %>\n      on-error: d\n    b: {action: std.noop}\n",
    );
    const { err } = await run(['workflow', 'validate', path]);
    expect(err.match(/:\d+:\d+: .*?Task '.' not found/g)).toEqual([
      ":8:11: w.tasks.a.on-success.1: Task 'c' not found",
      ":9:7: w.tasks.a.on-error: Task 'd' not found",
    ]);
  });

  it('says what is wrong, with line and column', async () => {
    const path = file(
      'bad.yaml',
      "version: '2.0'\nw:\n  tasks:\n    a: {action: std.noop, on-success: nowhere, retry: {count: -1, delay: 1}}\n",
    );
    const { code, err } = await run(['workflow', 'validate', path]);
    expect(code).toBe(1);
    expect(err).toMatch(/bad\.yaml:4:\d+: w\.tasks\.a.*nowhere/);
    expect(err).toMatch(/bad\.yaml:4:\d+: w\.tasks\.a\.retry\.count/);
    const asJson = await run(['--json', 'workflow', 'validate', path]);
    expect([asJson.code, asJson.err]).toEqual([1, '']);
    expect(JSON.parse(asJson.out)).toMatchObject({
      ok: false,
      kind: 'workflow',
      issues: [{ line: 4 }, { line: 4 }],
    });
  });

  it('warns of tasks that are never reached', async () => {
    const path = file(
      'loop.yaml',
      "version: '2.0'\nw:\n  tasks:\n    a: {action: std.noop}\n    b: {action: std.noop, on-success: c}\n    c: {action: std.noop, on-success: b}\n",
    );
    const { code, err } = await run(['workflow', 'validate', path]);
    expect([code, err]).toEqual([0, expect.stringMatching(/warning .*loop\.yaml:\d+:\d+: .*[bc]/)]);
  });

  it('names what to use instead of actions that Coppice refuses', async () => {
    const path = file('ssh.yaml', "version: '2.0'\nw: {tasks: {a: {action: std.ssh}}}\n");
    const { code, err } = await run(['workflow', 'validate', path]);
    expect([code, err]).toEqual([1, expect.stringMatching(/w\.tasks\.a\.action: std\.ssh .*std\.http/)]);
  });

  it('says that there is no such file', async () => {
    const { code, err } = await run(['workflow', 'validate', join(directory, 'none.yaml')]);
    expect([code, err]).toEqual([1, expect.stringContaining('there is no such file')]);
  });
});

describe('coppice workflow graph', () => {
  it('draws the workflow that is asked for', async () => {
    const path = file('good.yaml', good);
    const { out } = await run(['workflow', 'graph', path, '--workflow', 'greet']);
    expect(out).toMatch(/^flowchart TD\n.*say.*\n.*\n.*t0 --> t1/);
    expect((await run(['workflow', 'graph', path, '--workflow', 'x'])).code).toBe(1);
  });
});

describe('coppice workflow run', () => {
  it('runs a file, shows the tree, and leaves nothing behind but the execution', async () => {
    const path = file('good.yaml', good);
    const words = ['workflow', 'run', path, '--input', 'name=you', '--input', '{"times": 2}'];
    const { code, out } = await run(words, { url: server.url });
    expect(code).toBe(0);
    expect(out).toMatch(/^greet {2}SUCCESS\n/);
    expect(out).toMatch(/├─ say +SUCCESS/);
    expect(out).toMatch(/│ {2}├─ std\.echo +SUCCESS/);
    expect(out).toMatch(/└─ sub +SUCCESS/);
    expect(out).toMatch(/ {3}└─ other +SUCCESS/);
    expect(out).toMatch(/std\.fail +ERROR .*tried again/);
    expect(out).toContain('output  said:\n          - hello you\n          - hello you\n');
    const rows = await server.opened.store.db.selectFrom('workflow').select('name').execute();
    expect(rows).toEqual([]);
  });

  it('runs its own file, whatever other projects have under its namespace', async () => {
    const { library } = server.workflows.runner;
    const of = (scope: string) => ({ namespace: runNamespace(good), scope, project: 'another' });
    const theirs = [
      await library.create('workflow', "version: '2.0'\na: {tasks: {t: {action: std.fail}}}\n", of('public')),
      await library.create('workflow', good, of('private')),
    ].flat();
    const words = ['workflow', 'run', file('good.yaml', good), '--input', 'name=9007199254740993'];
    const { code, out } = await run(words, { url: server.url });
    expect([code, out]).toEqual([0, expect.stringMatching(/^greet {2}SUCCESS\n/)]);
    // As a number it would be another one.
    expect(out).toContain('- hello 9007199254740993\n');
    const rows = await server.opened.store.db.selectFrom('workflow').select('id').orderBy('seq').execute();
    expect(rows).toEqual(theirs.map(({ id }) => ({ id })));
    for (const one of theirs) await library.delete('workflow', one);
  });

  it('fails where the execution fails, and where it cannot start', async () => {
    const path = file('fails.yaml', "version: '2.0'\nw: {tasks: {a: {action: std.fail}}}\n");
    const failed = await run(['workflow', 'run', path], { url: server.url });
    expect([failed.code, failed.err]).toEqual([1, expect.stringContaining('the execution ended in ERROR')]);
    expect(failed.out).toContain('Failure caused by error in tasks: a');
    const refused = await run(['workflow', 'run', file('good.yaml', good)], { url: server.url });
    expect([refused.code, refused.err]).toEqual([
      1,
      expect.stringContaining('it needs name (--input name=VALUE)'),
    ]);
    const rows = await server.opened.store.db.selectFrom('workflow').select('name').execute();
    expect(rows).toEqual([]);
    const unknown = await run(['workflow', 'run', 'nothing'], { url: server.url });
    expect([unknown.code, unknown.err]).toEqual([
      1,
      expect.stringContaining("The server has no workflow 'nothing'."),
    ]);
    const unwritten = await run(['workflow', 'run', path, '--input', 'x'], { url: server.url });
    expect(unwritten.code).toBe(2);
    const rounded = await run(['workflow', 'run', path, '--input', '{"a": [9007199254740993]}']);
    expect([rounded.code, rounded.err]).toEqual([2, expect.stringContaining('a.0: a whole number beyond')]);
  });

  it('says of an HTTP action that failed its status and reason', async () => {
    const refusing = createServer((_, response) => {
      response.writeHead(409, { 'content-type': 'application/json' }).end('{"error": "locked"}');
    });
    await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve));
    const { port } = refusing.address() as AddressInfo;
    const text = `version: '2.0'\nw: {tasks: {a: {action: std.http url="http://127.0.0.1:${port}/?key=hunter2"}}}\n`;
    try {
      const { out } = await run(['workflow', 'run', file('refused.yaml', text)], { url: server.url });
      expect(out).toMatch(/└─ a +ERROR .*409 Conflict: locked$/m);
      expect(out).toMatch(/a \[task_ex_id=[^\]]+\] -> 409 Conflict: locked$/m);
      expect(out).not.toContain('hunter2');
    } finally {
      refusing.close();
    }
  });

  it('says once why it failed, where its task says it', async () => {
    const path = file(
      'absent.yaml',
      "version: '2.0'\nw: {tasks: {a: {action: std.echo output=<% $.absent %>}}}\n",
    );
    const { out } = await run(['workflow', 'run', path], { url: server.url });
    expect(out.match(/Failed to run task/g)).toHaveLength(1);
    expect(out).toMatch(/└─ a +ERROR .*Failed to run task \[error=.*task=a\]\n$/);
  });

  it('lists executions without their sub-workflows, unless all are asked for', async () => {
    const names = async (...more: string[]): Promise<string[]> => {
      const { out } = await run(['--json', 'workflow', 'list', ...more], { url: server.url });
      return (JSON.parse(out) as { workflow_name: string }[]).map((one) => one.workflow_name);
    };
    expect(await names()).not.toContain('other');
    expect(await names('--all')).toContain('other');
    const wrong = await run(['workflow', 'list', '--state', 'DONE'], { url: server.url });
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('Allowed choices are RUNNING')]);
  });

  it('goes on after a failed task that is skipped', async () => {
    const text =
      "version: '2.0'\nhalf: {tasks: {a: {action: std.fail, on-skip: b}, b: {action: std.noop}}}\n";
    const started = await run(['--json', 'workflow', 'run', file('half.yaml', text), '--no-wait'], {
      url: server.url,
    });
    const { id } = JSON.parse(started.out) as { id: string };
    await eventually('it has failed', async () => {
      const { out } = await run(['workflow', 'show', id], { url: server.url });
      return /^half {2}ERROR/.test(out);
    });
    const wrong = await run(['workflow', 'skip', id, 'b'], { url: server.url });
    expect([wrong.code, wrong.err]).toEqual([
      1,
      expect.stringContaining('There is no failed task "b" to skip; failed: a.'),
    ]);
    const skipped = await run(['workflow', 'skip', id, 'a'], { url: server.url });
    expect([skipped.code, skipped.out]).toEqual([
      0,
      expect.stringMatching(/^a is skipped, its execution is /),
    ]);
    const shown = await eventually('it has ended', async () => {
      const { out } = await run(['workflow', 'show', id], { url: server.url });
      return /^half {2}SUCCESS/.test(out) && out;
    });
    expect(shown).toMatch(/a +SKIPPED[^\n]*\n└─ b +SUCCESS/);
    const again = await run(['workflow', 'skip', id, 'a'], { url: server.url });
    expect(again.err).toContain('no task of this execution has failed');
  });

  it('can be left running, listed and shown', async () => {
    const path = file('waits.yaml', "version: '2.0'\nwaits: {tasks: {a: {action: std.async_noop}}}\n");
    const started = await run(['--json', 'workflow', 'run', path, '--no-wait'], { url: server.url });
    const { id } = JSON.parse(started.out) as { id: string };
    const listed = await run(['workflow', 'list', '--state', 'RUNNING'], { url: server.url });
    expect(listed.out).toMatch(new RegExp(`waits +RUNNING .*${id}`));
    const shown = await run(['workflow', 'show', id], { url: server.url });
    expect(shown.out).toMatch(/^waits {2}RUNNING\n.*\n└─ a +RUNNING/);
    expect((await run(['workflow', 'show', 'x'], { url: server.url })).err).toContain(
      "The server has no execution 'x'.",
    );
  });
});

describe('workflow create', () => {
  it.each([
    ['workflow', 'made: {tasks: {a: {action: std.noop}}}', 'workflow made'],
    ['workbook', 'name: b\nworkflows: {w: {tasks: {a: {action: std.noop}}}}', 'workbook b'],
    ['ad-hoc action', 'x: {base: std.noop}', 'action x'],
  ])('sends a file with a %s to where its kind belongs', async (_, text, created) => {
    const path = file('definition.yaml', `version: '2.0'\n${text}\n`);
    const { code, out } = await run(['workflow', 'create', path], { url: server.url });
    expect([code, out]).toEqual([0, `${path}: created ${created}\n`]);
    const twice = await run(['workflow', 'create', path], { url: server.url });
    expect([twice.code, twice.err]).toEqual([1, expect.stringContaining('--replace puts the definitions')]);
    const again = await run(['workflow', 'create', path, '--replace'], { url: server.url });
    expect(again.out).toBe(`${path}: replaced ${created}\n`);
  });

  it('warns of what validate warns of, on replacing too', async () => {
    const path = file('eco.yaml', "version: '2.0'\neco:\n  tasks:\n    a: {action: std.eco output=1}\n");
    const text = "no action 'std.eco'; did you mean std.echo?";
    for (const options of [[], ['--replace']]) {
      const { code, err } = await run(['workflow', 'create', path, ...options], { url: server.url });
      expect([code, err]).toEqual([0, expect.stringContaining(`warning ${path}:4:`)]);
      expect(err).toContain(text);
    }
    const json = await run(['workflow', 'create', path, '--replace', '--json'], { url: server.url });
    expect(JSON.parse(json.out)).toMatchObject({
      workflows: [{ name: 'eco' }],
      warnings: [{ message: expect.stringContaining(text) as string, line: 4 }],
    });
  });

  it('replaces what is there and creates what is new, in one file', async () => {
    const text = (names: string[]) =>
      `version: '2.0'\n${names.map((name) => `${name}: {tasks: {a: {action: std.noop}}}\n`).join('')}`;
    const path = file('both.yaml', text(['old']));
    await run(['workflow', 'create', path], { url: server.url });
    file('both.yaml', text(['old', 'new']));
    const { code, out } = await run(['workflow', 'create', path, '--replace'], { url: server.url });
    expect([code, out]).toEqual([0, `${path}: replaced workflow old; created workflow new\n`]);
  });
});

describe('workflow delete', () => {
  it('deletes what was created, of each kind, and says what is not there', async () => {
    const created = {
      gone: 'gone: {tasks: {a: {action: std.noop}}}',
      book: 'name: book\nworkflows: {w: {tasks: {a: {action: std.noop}}}}',
      short: 'short: {base: std.noop}',
    };
    for (const [name, text] of Object.entries(created)) {
      const path = file(`${name}.yaml`, `version: '2.0'\n${text}\n`);
      await run(['workflow', 'create', path], { url: server.url });
      const { code, out } = await run(['workflow', 'delete', name], { url: server.url });
      expect([code, out]).toEqual([0, `Deleted workflow ${name}.\n`]);
    }
    const { code, err } = await run(['workflow', 'delete', 'gone'], { url: server.url });
    expect([code, err]).toEqual([1, expect.stringMatching(/gone/)]);
  });
});
