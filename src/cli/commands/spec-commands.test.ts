import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { fakeApi } from '../../../test/cli/fake-api.ts';
import { run } from '../../../test/cli/run.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'coppice-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(text: string): string {
  const name = path.join(folder, 'spec.yaml');
  writeFileSync(name, text);
  return name;
}

const health = `type: senlin.policy.health
version: "1.3"
properties:
  detection:
    interval: 5
    detection_modes:
      - type: NODE_STATUS_POLLING
  recovery:
    actions:
      - name: RECREATE
`;

describe('policy check', () => {
  test('says ok, and what it is; no server is asked', async () => {
    const { code, out } = await run(['policy', 'check', file(health)]);
    expect([code, out]).toEqual([0, expect.stringContaining('ok, senlin.policy.health-1.3')]);
  });

  test('says the field, what was expected, what was found, and where', async () => {
    const name = file(health.replace('      - name: RECREATE', '      - nme: RECREATE'));
    const { code, out, err } = await run(['policy', 'check', name]);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain(`${name}:10:9: properties.recovery.actions[0].nme: expected one of`);
    expect(err).toContain('did you mean name?');
  });

  test('finds all that is wrong, also for a program', async () => {
    const name = file(health.replace('interval: 5', 'interval: soon').replace('RECREATE', 'RECREAT'));
    const { code, out, err } = await run(['policy', 'check', name, '--json']);
    expect(err).toBe('');
    const report = JSON.parse(out) as {
      ok: boolean;
      issues: { field: string; line: number; found: string }[];
    };
    expect([code, report.ok]).toEqual([1, false]);
    expect(report.issues.map(({ field, line }) => [field, line])).toEqual([
      ['properties.detection.interval', 5],
      ['properties.recovery.actions[0].name', 10],
    ]);
  });

  test('names what is wrong in the order of the lines', async () => {
    const [head = '', detection = '', recovery = ''] = health.split(/(?=^  (?:detection|recovery):)/m);
    const wrong = head + recovery.replace('RECREATE', 'RECREAT') + detection.replace('5', 'soon');
    const { err } = await run(['policy', 'check', file(wrong)]);
    expect(err.match(/:\d+:\d+: [\w.[\]]+/g)).toEqual([
      ':6:9: properties.recovery.actions[0].name',
      ':8:5: properties.detection.interval',
    ]);
  });

  test.each([
    ['a: [1, 2', /spec\.yaml:\d+:\d+: not readable as YAML/],
    [
      'a: 1\n---\nb: 2\n',
      /spec\.yaml:2:1: not readable as YAML: expected one document, found another behind `---`/,
    ],
    ['a: b: c', /spec\.yaml:1:\d+: not readable as YAML/],
    ['', /expected a map with type, version and properties/],
    ['- 1', /expected a map with type, version and properties, found a list of 1/],
    [
      'type: senlin.policy.helth\nversion: 1.0',
      /:1:1: type: expected one of .*senlin\.policy\.health,.*did you mean senlin\.policy\.health/,
    ],
    ['type: senlin.policy.health\nversion: 7', /:2:1: version: expected one of/],
  ])('refuses %j in one sentence', async (text, expected) => {
    const { code, err } = await run(['policy', 'check', file(text)]);
    expect(code).toBe(1);
    expect(err).toMatch(expected);
    expect(err).not.toContain('    at ');
  });

  test('a file that is not there, or a directory, is said so', async () => {
    expect((await run(['policy', 'check', '/nowhere.yaml'])).err).toBe(
      'coppice: /nowhere.yaml: there is no such file\n',
    );
    expect((await run(['policy', 'check', folder])).err).toContain('found a directory');
  });
});

test('policy check --profile finds what the nodes of a profile cannot do', async () => {
  const profile = path.join(folder, 'profile.yaml');
  writeFileSync(profile, 'type: local.process\nversion: 1.0\nproperties: {command: [node]}');
  const name = file(health.replace('RECREATE', 'REBOOT\n        params: {type: MEDIUM}'));
  const { code, err } = await run(['policy', 'check', name, '--profile', profile]);
  expect(code).toBe(1);
  expect(err).toContain(
    ':11:18: properties.recovery.actions[0].params.type: expected one of SOFT, HARD, found "MEDIUM"',
  );
});

test('policy check --profile finds a URL that the nodes of a profile can never have', async () => {
  const profile = path.join(folder, 'profile.yaml');
  writeFileSync(profile, 'type: local.process\nversion: 1.0\nproperties: {command: [node]}');
  const mode = 'NODE_STATUS_POLL_URL\n        options: {poll_url: "http://127.0.0.1:{port}/"}';
  const name = file(health.replace('NODE_STATUS_POLLING', mode));
  const { code, err } = await run(['policy', 'check', name, '--profile', profile]);
  expect([code, err]).toEqual([1, expect.stringContaining(`(nodes of the profile ${profile} have no port)`)]);
});

describe('profile check', () => {
  test('accepts a version that YAML reads as a number', async () => {
    const { code, out } = await run([
      'profile',
      'check',
      file('type: local.process\nversion: 1.0\nproperties: {command: [node]}'),
    ]);
    expect([code, out]).toEqual([0, expect.stringContaining('ok, local.process-1.0')]);
  });

  test('a command that this machine lacks is a warning: the server may run elsewhere', async () => {
    const text = 'type: local.process\nversion: "1.0"\nproperties:\n  command: [/no/such/program]';
    const { code, err } = await run(['profile', 'check', file(text)]);
    expect([code, err]).toEqual([0, expect.stringMatching(/warning .*:4:.*properties\.command/)]);
  });

  test('places an issue inside a list', async () => {
    const text = 'type: local.process\nversion: "1.0"\nproperties:\n  command:\n    - node\n    - 5';
    const { err } = await run(['profile', 'check', file(text)]);
    expect(err).toContain(':6:7: properties.command[1]: expected a text, found 5');
  });
});

describe('create', () => {
  test('sends the spec of the file', async () => {
    await using api = await fakeApi({
      'POST /v1/policies': { status: 201, body: { policy: { id: 'p1', name: 'h' } } },
    });
    const { code } = await run(['policy', 'create', 'h', file(health)], { url: api.url });
    expect(code).toBe(0);
    expect(api.asked[0]?.body).toMatchObject({
      policy: { name: 'h', spec: { type: 'senlin.policy.health', version: '1.3' } },
    });
  });

  test('says where in the file stands what the server refuses', async () => {
    const issue = { field: 'properties.recovery.actions[0].name', expected: 'REBOOT', found: '"RESTART"' };
    const message = `Failed: ${issue.field}: expected REBOOT, found "RESTART"`;
    await using api = await fakeApi({
      'POST /v1/policies': {
        status: 400,
        body: { error: { code: 400, type: 'InvalidSpec', message, issues: [issue] } },
      },
    });
    const name = file(health);
    const { code, err } = await run(['policy', 'create', 'h', name], { url: api.url });
    expect(code).toBe(1);
    expect(err).toContain(`Failed:\n         ${name}:10:9: ${issue.field}: expected REBOOT, found "RESTART"`);
    const json = await run(['policy', 'create', 'h', name, '--json'], { url: api.url });
    expect(JSON.parse(json.err)).toMatchObject({
      error: { status: 400, type: 'InvalidSpec', issues: [{ ...issue, line: 10, column: 9 }] },
    });
  });

  test('sends no request for a file that is not YAML', async () => {
    await using api = await fakeApi({});
    const { code } = await run(['profile', 'create', 'p', file('a: [')], { url: api.url });
    expect([code, api.asked]).toEqual([1, []]);
  });
});

describe('types', () => {
  const schema = {
    event: {
      type: 'String',
      required: true,
      description: 'What it is for.',
      constraints: [{ type: 'AllowedValues', constraint: ['IN', 'OUT'] }],
    },
    modes: { type: 'List', required: false, schema: { '*': { type: 'Map', required: false } } },
    number: { type: 'Number', required: false, default: 1 },
  };

  test('lists each version of each type', async () => {
    await using api = await fakeApi({
      'GET /v1/policy-types': {
        body: {
          policy_types: [
            { name: 'scaling', version: '1.0' },
            { name: 'scaling', version: '1.1' },
          ],
        },
      },
    });
    expect(await run(['policy', 'types'], { url: api.url })).toMatchObject({
      code: 0,
      out: 'scaling-1.0\nscaling-1.1\n',
    });
  });

  test('shows the newest version of a type where none is given', async () => {
    await using api = await fakeApi({
      'GET /v1/policy-types': {
        body: {
          policy_types: ['1.10', '1.9'].map((version) => ({ name: 'scaling', version })),
        },
      },
      'GET /v1/policy-types/scaling-1.10': { body: { policy_type: { name: 'scaling-1.10', schema } } },
    });
    const { code, out } = await run(['policy', 'types', 'scaling'], { url: api.url });
    expect([code, out]).toEqual([0, expect.stringContaining('scaling-1.10\n')]);
  });

  test('says what a spec of a type may hold, and what its nodes can do', async () => {
    await using api = await fakeApi({
      'GET /v1/profile-types/web-1.0': { body: { profile_type: { name: 'web-1.0', schema } } },
      'GET /v1/profile-types/web-1.0/ops': {
        body: {
          operations: {
            reboot: {
              description: 'Start it again.',
              parameters: { type: { type: 'String', required: false, description: 'Which way.' } },
            },
          },
        },
      },
    });
    const { code, out } = await run(['profile', 'types', 'web-1.0'], { url: api.url });
    expect([code, out.replaceAll(/ {2,}/g, '  ')]).toEqual([
      0,
      `web-1.0

event  string, required, one of IN, OUT. What it is for.
modes  list
  -  map
number  number, default 1

Operations
reboot  Start it again.
  type  string. Which way.
`,
    ]);
  });
});
