/**
 * What a `local.process` spec may hold. One table says it all: the schema that the API shows, the defaults, and the
 * checks; nothing here looks at the machine (examine.ts does).
 */
import { closestWord } from '../../domain/did-you-mean.ts';
import { quoteValue } from '../../domain/errors.ts';
import type { Issue } from '../../domain/errors.ts';
import { isJsonObject } from '../../domain/json.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { SchemaEntry, SpecCheck } from '../profile-type.ts';

export const stopSignals = [
  'SIGTERM',
  'SIGINT',
  'SIGHUP',
  'SIGQUIT',
  'SIGKILL',
  'SIGUSR1',
  'SIGUSR2',
] as const;
export type StopSignal = (typeof stopSignals)[number];

/** The spec as the code reads it; made from the checked `properties` of a node. */
export interface ProcessSpec {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** undefined: a directory of the node's own. */
  readonly cwd: string | undefined;
  readonly port: 'auto' | number | undefined;
  readonly stopSignal: StopSignal;
  /** Milliseconds. */
  readonly stopTimeoutMs: number;
  /** Bytes. */
  readonly logLimit: number;
}

interface Field {
  readonly entry: SchemaEntry;
  readonly check: (value: Json, field: string) => Issue[];
}

// Linux takes at most 128 KiB an argument; the rest of its limit (a quarter of the stack) is left to the environment.
const longestText = 100_000;
const longestCommand = 500_000;

const fields: Readonly<Record<string, Field>> = {
  command: {
    entry: {
      type: 'List',
      description:
        'The program and its arguments. {port}, {nodename}, {nodeid} and {index} stand for those of the node. It has to stay in the foreground: ' +
        'what puts itself into the background is not watched. On Linux it is ended with the node, unless it has emptied its environment.',
      required: true,
      updatable: false,
    },
    check: checkCommand,
  },
  env: {
    entry: {
      type: 'Map',
      description:
        'Environment variables, added to the few that Coppice passes on. Their values stand in the spec, for who may see the profile, ' +
        'and nowhere else: no log, error, event or detail of a node holds them.',
      required: false,
      updatable: false,
      default: {},
    },
    check: checkEnvironment,
  },
  cwd: {
    entry: {
      type: 'String',
      description:
        'Working directory, an absolute path. If absent: a directory of its own for each node, emptied by a rebuild.',
      required: false,
      updatable: false,
    },
    check: (value, field) =>
      isText(value) && value.startsWith('/') ? [] : [issue(field, 'an absolute path', value)],
  },
  port: {
    entry: {
      type: 'String',
      description:
        'A port number, or `auto` for a free loopback port; given to the process as PORT and {port}.',
      required: false,
      updatable: false,
    },
    check: (value, field) =>
      value === 'auto' || isInteger(value, 1, 65_535)
        ? []
        : [issue(field, '`auto` or a number from 1 to 65535', value)],
  },
  stop_signal: {
    entry: {
      type: 'String',
      description: 'The signal that asks the process to stop.',
      required: false,
      updatable: false,
      default: 'SIGTERM',
      constraints: [{ type: 'AllowedValues', constraint: [...stopSignals] }],
    },
    check: checkSignal,
  },
  stop_timeout: {
    entry: {
      type: 'Number',
      description: 'Seconds that a process has to stop before it is killed.',
      required: false,
      updatable: false,
      default: 10,
    },
    check: (value, field) =>
      typeof value === 'number' && value >= 0 && value <= 3600
        ? []
        : [issue(field, 'a number of seconds from 0 to 3600', value)],
  },
  log_limit: {
    entry: {
      type: 'Integer',
      description: 'Bytes of output that are kept; looked at every few seconds, the oldest goes first.',
      required: false,
      updatable: false,
      default: 10_485_760,
    },
    check: (value, field) =>
      isInteger(value, 4096, 2 ** 40) ? [] : [issue(field, 'a number of bytes, 4096 or more', value)],
  },
};

/** The table as the API shows it: without the checks. */
export const schema: Readonly<Record<string, SchemaEntry>> = Object.fromEntries(
  Object.entries(fields).map(([name, { entry }]) => [name, entry]),
);

/** Checks `properties` and fills in the defaults. */
export function checkSpec(properties: Json | undefined): SpecCheck {
  if (!isJsonObject(properties)) {
    return { ok: false, issues: [issue('', 'a map with at least the key `command`', properties)] };
  }
  const issues = [...unknownKeys(properties), ...wrongValues(properties)];
  if (issues.length === 0) issues.push(...needlessPort(properties));
  return issues.length === 0
    ? { ok: true, properties: { ...defaults(), ...properties } }
    : { ok: false, issues };
}

/** The properties of a node, which were checked when its profile was created. */
export function specOf(properties: JsonObject): ProcessSpec {
  const all = { ...defaults(), ...properties };
  return {
    command: all['command'] as string[],
    env: all['env'] as Record<string, string>,
    cwd: all['cwd'] as string | undefined,
    port: all['port'] as 'auto' | number | undefined,
    stopSignal: all['stop_signal'] as StopSignal,
    stopTimeoutMs: (all['stop_timeout'] as number) * 1000,
    logLimit: all['log_limit'] as number,
  };
}

function defaults(): JsonObject {
  const given = Object.entries(fields).flatMap(([name, { entry }]) =>
    entry.default === undefined ? [] : [[name, entry.default] as const],
  );
  return Object.fromEntries(given);
}

function unknownKeys(properties: JsonObject): Issue[] {
  const known = Object.keys(fields);
  return Object.keys(properties)
    .filter((name) => !known.includes(name))
    .map((name) => {
      const meant = closestWord(name, known);
      const found = `the unknown key ${quoteValue(name)}`;
      const one = { field: name.slice(0, 100), expected: `one of the keys ${known.join(', ')}`, found };
      return meant === undefined ? one : { ...one, hint: `did you mean \`${meant}\`?` };
    });
}

function wrongValues(properties: JsonObject): Issue[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const value = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (value !== undefined) return field.check(value, name);
    return field.entry.required ? [issue(name, 'a list: the program and its arguments', undefined)] : [];
  });
}

function checkCommand(value: Json, field: string): Issue[] {
  if (!Array.isArray(value) || value.length === 0) {
    const hint = typeof value === 'string' ? { hint: 'for a shell line: [sh, -c, "..."]' } : {};
    return [{ ...issue(field, 'a list: the program and its arguments', value), ...hint }];
  }
  const arguments_ = value as readonly Json[];
  const issues = arguments_.flatMap((argument, at) => checkText(argument, `${field}[${at}]`));
  if (issues.length > 0) return issues;
  if (arguments_[0] === '') return [issue(`${field}[0]`, 'the name or path of a program', '')];
  const length = JSON.stringify(value).length;
  return length <= longestCommand
    ? []
    : [{ field, expected: `at most ${longestCommand} characters`, found: String(length) }];
}

function checkEnvironment(value: Json, field: string): Issue[] {
  if (!isJsonObject(value)) return [issue(field, 'a map of names to texts', value)];
  return Object.entries(value).flatMap(([name, text]) => {
    // A shell stands between Coppice and the program, and passes on no other names.
    if (/^[A-Za-z_][A-Za-z0-9_]{0,199}$/.test(name)) return checkSecret(text, `${field}.${name}`);
    return [issue(field, 'names of letters, digits and _, not beginning with a digit', name)];
  });
}

/** As checkText, for a value that may be a secret: it is not quoted. */
function checkSecret(value: Json, field: string): Issue[] {
  return checkText(value, field).map((one) => ({
    ...one,
    found: typeof value === 'string' ? one.found : kindOf(value),
  }));
}

function checkText(value: Json, field: string): Issue[] {
  if (typeof value === 'number' || typeof value === 'boolean') {
    return [{ ...issue(field, 'a text', value), hint: 'put it in quotes' }];
  }
  if (typeof value !== 'string') return [issue(field, 'a text', value)];
  if (value.includes('\0'))
    return [{ field, expected: 'a text', found: 'a text with a NUL character in it' }];
  if (value.length <= longestText) return [];
  return [{ field, expected: `at most ${longestText} characters`, found: `${value.length}` }];
}

function checkSignal(value: Json, field: string): Issue[] {
  if (stopSignals.some((name) => name === value)) return [];
  const wrong = issue(field, `one of ${stopSignals.join(', ')}`, value);
  const meant = typeof value === 'string' ? signalMeant(value) : undefined;
  return [meant === undefined ? wrong : { ...wrong, hint: `did you mean ${meant}?` }];
}

function signalMeant(written: string): string | undefined {
  return (
    stopSignals.find((name) => name === `SIG${written.toUpperCase()}`) ?? closestWord(written, stopSignals)
  );
}

function needlessPort(properties: JsonObject): Issue[] {
  if (properties['port'] !== undefined) return [];
  return (properties['command'] as string[]).flatMap((argument, at) => {
    if (!argument.includes('{port}')) return [];
    const expected = 'no {port}, because the spec has no `port`';
    return [{ ...issue(`command[${at}]`, expected, argument), hint: 'add `port: auto`' }];
  });
}

function issue(field: string, expected: string, found: unknown): Issue {
  return { field, expected, found: quoteValue(found) };
}

function kindOf(value: Json): string {
  return value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

function isText(value: Json): value is string {
  return typeof value === 'string' && !value.includes('\0') && value.length <= longestText;
}

function isInteger(value: Json, least: number, most: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}
