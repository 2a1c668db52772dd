import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError } from './config-error.ts';
import { loadConfig } from './config.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'coppice-config-'));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

function file(text: string): string {
  const path = join(directory, 'coppice.yaml');
  writeFileSync(path, text);
  return path;
}

/** Each line is ten times the one before. */
const aliasesOfAliases = Array.from({ length: 9 }, (_, index) => {
  const entries = index === 0 ? 'x' : `*a${index - 1}`;
  return `k${index}: &a${index} [${Array.from({ length: 10 }, () => entries).join(', ')}]`;
}).join('\n');

describe('the configuration', () => {
  it('has a default for everything, and cannot be changed', () => {
    const config = loadConfig({});
    expect(config).toMatchObject({
      listen: { host: '127.0.0.1', port: 8777 },
      roles: ['api', 'engine', 'health'],
    });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('lets the command line win over the file', () => {
    const path = file('listen: 127.0.0.1:1111\nlog: {level: debug}\n');
    expect(loadConfig({ listen: '[::1]:2222' }, path)).toMatchObject({
      listen: { host: '::1', port: 2222 },
      logLevel: 'debug',
    });
  });

  it.each([
    [
      'an unknown key',
      'datadir: x',
      /datadir: expected one of .*data_dir.*unknown key \(did you mean data_dir\?\)/,
    ],
    ['an unknown key further down', 'log: {levle: info}', /log\.levle: .*did you mean level\?/],
    [
      'an access rule that is not there',
      'auth: {rules: {clusters:remove: admin}}',
      /auth\.rules\.clusters:remove: expected one of .*clusters:delete/,
    ],
    [
      'a role that is none',
      'auth: {rules: {clusters:delete: boss}}',
      /auth\.rules\.clusters:delete: expected one of reader, member, admin, found "boss"/,
    ],
    [
      'the role public for what needs a project',
      'auth: {rules: {clusters:create: public}}',
      /clusters:create: expected one of reader, member, admin, found "public"/,
    ],
    ['tokens that are missing', 'auth: token', /auth\.tokens: expected a token at least.*found none/],
    [
      'a token in place of its hash, which is not quoted',
      'auth: {use: token, tokens: [{name: a, sha256: topsecret, user: u, project: p, roles: [member]}]}',
      /auth\.tokens\.0\.sha256: expected 64 hexadecimal digits.*, found a text$/,
    ],
    [
      'two tokens of one name',
      `auth: {use: token, tokens: [${[1, 2].map((n) => `{name: a, sha256: '${`${n}`.repeat(64)}', user: u, project: p, roles: [member]}`).join(', ')}]}`,
      /auth\.tokens\.1\.name: expected one that no other token has, found that of auth\.tokens\.0/,
    ],
    [
      'a word that is none of those known',
      'roles: [api, cook]',
      /roles\.1: expected one of api, engine, health, found "cook"/,
    ],
    [
      'a number that is too small',
      'engine: {concurrency: 0}',
      /engine\.concurrency: expected at least 1, found 0/,
    ],
    [
      'a value of the wrong type',
      'limits: {nodes_per_cluster: many}',
      /limits\.nodes_per_cluster: .*found "many"/,
    ],
    [
      'the old name of the targets',
      'notifications: []',
      /notifications: expected one of .*notification_targets/,
    ],
    ['a list', '- a', /expected a map, found a list of 1/],
    ['YAML that is not YAML', 'a: [b', /expected YAML/],
    [
      'aliases of aliases',
      aliasesOfAliases,
      /expected a file whose aliases stand for few values, found too many/,
    ],
    [
      'a port that is no number',
      'listen: "127.0.0.1:http"',
      /listen: expected host:port, found "127.0.0.1:http"/,
    ],
    [
      'a name where an address is wanted',
      'outbound: {allow: [metadata.google.internal]}',
      /outbound\.allow\.0: expected an address or a network, such as .*, found "metadata\.google\.internal"/,
    ],
    [
      'a network that is none',
      'outbound: {refuse: [10.0.0.0/33]}',
      /outbound\.refuse\.0: .*found "10\.0\.0\.0\/33"/,
    ],
  ])('refuses %s and says what was expected', (_, text, message) => {
    expect(() => loadConfig({}, file(text))).toThrow(message);
  });

  it.each([
    ['cloud: simulated', 'cloud: expected a map, found "simulated" (write cloud: {use: simulated})'],
    ['log: debug', 'log: expected a map, found "debug" (write log: {level: debug})'],
    ['events: 30', 'events: expected a map, found 30 (write events: {keep_days: 30})'],
    ['roles: api', 'roles: expected a list, found "api" (write roles: [api])'],
    ['roles: [apy]', 'found "apy" (did you mean api?)'],
    ['local_processes: 5', 'local_processes: expected true or false, found 5'],
    ['data_dir: 5', 'data_dir: expected a text, found 5'],
    ['engine: {concurrency: many}', 'engine.concurrency: expected a number, found "many"'],
    ['log:\n\tlevel: debug', ':2:1: expected YAML, found a tab (a tab cannot indent a line: use blanks)'],
    [
      'notification_targets: [{name: a, url: "http://h", secret: 0123456789abcdef, events: [exausted]}]',
      'found "exausted" (did you mean exhausted?)',
    ],
  ])('says of %j in words of YAML what was expected, and how it is written', (text, message) => {
    expect(() => loadConfig({}, file(`${text}\n`))).toThrow(message);
  });

  const target = 'name: pager, url: "https://u:hunter2@pager.example/x", secret: 0123456789abcdef';

  it('reads who is told of recoveries, and shows neither URL nor secret', () => {
    const secretPath = join(directory, 'secret');
    writeFileSync(secretPath, 'whsec_MDEyMzQ1Njc4OWFiY2RlZg==\n');
    const other = `{name: chat, url: "http://chat.example", secret_file: ${secretPath}, events: [held], clusters: [web]}`;
    const config = loadConfig({}, file(`notification_targets: [{${target}}, ${other}]`));
    const [pager, chat] = config.notificationTargets;
    expect(pager?.url.reveal().hostname).toBe('pager.example');
    expect(pager?.key.reveal().toString()).toBe('0123456789abcdef');
    expect(chat).toMatchObject({ name: 'chat', events: ['held'], clusters: ['web'] });
    expect(chat?.key.reveal().toString()).toBe('0123456789abcdef');
    expect(`${JSON.stringify(config)}${inspect(config, { depth: 9 })}`).not.toMatch(
      /hunter2|0123456789abcdef/,
    );
  });

  it.each([
    ['no secret', '{name: a, url: "http://h"}', /one of secret, secret_file, secret_env, found none of them/],
    ['two', `{${target}, secret_env: X}`, /one of secret, .*found secret and secret_env/],
    ['a short secret', '{name: a, url: "http://h", secret: hunter2}', /at least 16 bytes, found 7 bytes/],
    ['a secret that is a number', '{name: a, url: "http://h", secret: 777333}', /secret: .*found a number/],
    [
      'a file that is not there',
      '{name: a, url: "http://h", secret_file: /none}',
      /secret_file: expected a file/,
    ],
    ['an unset variable', '{name: a, url: "http://h", secret_env: NO_SUCH_1}', /secret_env: .*variable/],
    [
      'a URL that is none',
      '{name: a, url: hunter2, secret: 0123456789abcdef}',
      /url: expected a URL of https/,
    ],
    [
      'an unknown event',
      `{${target}, events: [healed]}`,
      /events\.0: expected one of opened, .*found "healed"/,
    ],
    ['an unknown key', `{${target}, evnts: []}`, /evnts: .*did you mean events\?/],
    ['a name twice', `{${target}}, {${target}}`, /1\.name: expected a name of its own, found pager/],
    ['a list of URLs', '"https://u:hunter2@h/"', /notification_targets\.0: expected a map, found a text$/],
  ])('refuses a target with %s, and quotes nothing that may be secret', (_, text, message) => {
    const refused = () => loadConfig({}, file(`notification_targets: [${text}]`));
    expect(refused).toThrow(message);
    expect(refused).not.toThrow(/hunter2|777333|0123456789abcdef/);
  });

  it('says everything that is wrong at once', () => {
    expect(() => loadConfig({}, file('a: 1\nb: 2\n'))).toThrow(/a: expected[^]*b: expected/);
  });

  it.each([
    ['a key', 'log:\n  level: loud\n', ':2:3: log.level: expected one of'],
    ['an unknown key', '# first\nevents: {keep_day: 3}\n', ':2:10: events.keep_day: expected one of'],
    [
      'what lacks a key',
      'auth:\n  use: token\n  tokens:\n    - name: ann\n',
      ':4:7: auth.tokens.0.sha256: expected',
    ],
    ['text that is no YAML', 'a: 1\nb: [\n', ':3:1: expected YAML'],
    ['a second document', 'log: {}\n---\nb: 2\n', ':2:1: expected one YAML document'],
  ])('says at which line and column %s stands', (_, text, message) => {
    expect(() => loadConfig({}, file(text))).toThrow(message);
  });

  it('names first what stands first in the file', () => {
    const text = 'limits: {nodes: 3}\nevents: {keep_days: many}\n';
    expect(() => loadConfig({}, file(text))).toThrow(/:1:10: limits.nodes[^]*:2:10: events.keep_days/);
  });

  it('names a file that cannot be read', () => {
    const path = join(directory, 'none.yaml');
    expect(() => loadConfig({}, path)).toThrow(ConfigError);
    expect(() => loadConfig({}, path)).toThrow(`${path}: expected a readable file, found no such file`);
  });
});

describe('the notifications of a cloud', () => {
  const cloud = (notifications: string): string =>
    file(`cloud: {use: openstack, notifications: ${notifications}}`);
  const settings = (notifications: string): ReturnType<typeof loadConfig>['cloud']['notifications'] =>
    loadConfig({}, cloud(notifications)).cloud.notifications;

  afterEach(() => {
    delete process.env['COPPICE_NOTIFICATIONS_URL'];
  });

  it('come from nowhere where nothing is said', () => {
    expect(loadConfig({}).cloud.notifications).toBeUndefined();
  });

  it('come from a URL, with the exchanges of Nova and Heat', () => {
    const read = settings('{url: "amqp://coppice:secret@rabbit1:5673/nova"}');
    expect(read).toMatchObject({ exchanges: ['nova', 'heat'], ca: null, address: { vhost: 'nova' } });
    expect(read?.password.reveal()).toBe('secret');
    expect(inspect(read, { depth: 9 }) + JSON.stringify(read)).not.toContain('secret');
  });

  it('have their URL in a file or in the environment, and the password in a file', () => {
    writeFileSync(join(directory, 'url'), 'amqp://coppice@rabbit1\n');
    writeFileSync(join(directory, 'password'), 'geheim\n');
    const read = settings(`{url_file: ${directory}/url, password_file: ${directory}/password}`);
    expect(read?.origin).toEqual({
      url: `cloud.notifications.url_file (${directory}/url)`,
      password: `cloud.notifications.password_file (${directory}/password)`,
      ca: null,
    });
    expect(read?.address.user).toBe('coppice');
    expect(read?.password.reveal()).toBe('geheim');
    process.env['COPPICE_NOTIFICATIONS_URL'] = 'amqp://nova:abc@rabbit2';
    expect(settings('{}')?.address.hosts).toEqual([{ host: 'rabbit2', port: 5672 }]);
    expect(settings('{url_env: COPPICE_NOTIFICATIONS_URL}')?.password.reveal()).toBe('abc');
  });

  it.each([
    ['{url: "http://coppice:geheim@rabbit1"}', /cloud\.notifications\.url: expected amqp:/],
    [
      '{url: "amqp://a:geheim@b", url_env: X}',
      /cloud\.notifications\.url: expected one of url, url_file, url_env/,
    ],
    ['{url_env: COPPICE_NO_SUCH}', /cloud\.notifications\.url_env: expected a variable of the environment/],
    ['{url_file: /nowhere/at/all}', /cloud\.notifications\.url_file: expected a file that can be read/],
    ['{url: "amqp://b", password_file: /nowhere}', /cloud\.notifications\.password_file: expected a file/],
    ['{url: "amqp://a:geheim@b", password_file: /dev/null}', /password_file: expected nothing beside/],
    ['{url: "amqp://b", ca_file: /nowhere}', /cloud\.notifications\.ca_file: expected a file/],
    ['{url: 7}', /cloud\.notifications\.url: expected a text/],
    ['{uri: "amqp://a:geheim@b"}', /cloud\.notifications\.uri: expected one of url, /],
    ['{exchanges: []}', /cloud\.notifications\.exchanges: expected at least 1/],
    ['{exchanges: ["no va"]}', /cloud\.notifications\.exchanges\.0: expected the name of an exchange/],
    ['"amqp://a:geheim@b"', /cloud\.notifications: expected a map, found a text/],
  ])('are refused as %s', (notifications, sentence) => {
    expect(() => settings(notifications)).toThrow(ConfigError);
    expect(() => settings(notifications)).toThrow(sentence);
    expect(() => settings(notifications)).not.toThrow(/geheim/);
  });

  it('are refused beside no cloud', () => {
    const path = file('cloud: {notifications: {url: "amqp://a:geheim@b"}}');
    expect(() => loadConfig({}, path)).toThrow(/cloud\.notifications\.url: expected cloud\.use: openstack/);
  });
});
