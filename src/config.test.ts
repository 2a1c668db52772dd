import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from './config.ts';

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
    ['a list', '- a', /expected a map, found a list of 1/],
    ['YAML that is not YAML', 'a: [b', /expected YAML/],
    [
      'a port that is no number',
      'listen: "127.0.0.1:http"',
      /listen: expected host:port, found "127.0.0.1:http"/,
    ],
  ])('refuses %s and says what was expected', (_, text, message) => {
    expect(() => loadConfig({}, file(text))).toThrow(message);
  });

  it('says everything that is wrong at once', () => {
    expect(() => loadConfig({}, file('a: 1\nb: 2\n'))).toThrow(/a: expected[^]*b: expected/);
  });

  it('names a file that cannot be read', () => {
    expect(() => loadConfig({}, join(directory, 'none.yaml'))).toThrow(ConfigError);
  });
});
