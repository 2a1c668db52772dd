/**
 * What a `local.process` spec may hold. One table says it all: the schema that the API shows, the defaults,
 * and the checks; nothing here reads the machine (command.ts does).
 */
import { checkFields } from '../../domain/check-fields.ts';
import { closestWord, isNear } from '../../domain/did-you-mean.ts';
import { quoteValue } from '../../domain/errors.ts';
import type { Issue } from '../../domain/errors.ts';
import { isJsonObject } from '../../domain/json.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { requireDecrypted } from '../../domain/secret-fields.ts';
import { defaultsOf } from '../../domain/spec-schema.ts';
import type { Field, Fields } from '../../domain/spec-schema.ts';
import type { ProfileType, SpecCheck } from '../profile-type.ts';
import { changedKeys, notInPlace } from '../update-plan.ts';
import type { UpdatePlan } from '../update-way.ts';

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
  /** undefined: a directory of the node's own. */
  readonly cwd: string | undefined;
  readonly port: 'auto' | number | undefined;
  readonly stopSignal: StopSignal;
  /** Milliseconds. */
  readonly stopTimeoutMs: number;
  /** Bytes. */
  readonly logLimit: number;
}

/** With what is secret. */
export interface WholeProcessSpec extends ProcessSpec {
  readonly env: Readonly<Record<string, string>>;
}

// Linux takes at most 128 KiB an argument; the rest of its limit (a quarter of the stack) is left to the
// environment.
const longestText = 100_000;
const longestCommand = 500_000;

/** What is handed to the program to the letter: YAML's 1.10 and yes are not what their writer sees. */
const argument: Field = {
  type: 'String',
  verbatim: true,
  maxLength: longestText,
  check: refuseNul,
  hint: hintForArgument,
};

export const fields: Fields = {
  command: {
    type: 'List',
    description:
      'The program and its arguments. {port}, {nodename}, {nodeid} and {index} stand for those of the node. It has to stay in the foreground: ' +
      'what puts itself into the background is not watched. On Linux it is ended with the node, unless it has emptied its environment.',
    required: true,
    minItems: 1,
    items: argument,
    expected: 'a list: the program and its arguments',
    hint: (found) => (typeof found === 'string' ? 'for a shell line: [sh, -c, "..."]' : undefined),
    check: checkCommand,
  },
  env: {
    type: 'Map',
    description:
      'Environment variables, added to the few that Coppice passes on. Their values are shown with the spec, to those who may see ' +
      'the profile, and nowhere else: no log, error, event or detail of a node holds them. A secret that they must not see belongs in ' +
      'a file that the program reads; give its name here (TOKEN_FILE: /etc/web/token).',
    default: {},
    // A shell stands between Coppice and the program, and passes on no other names.
    keys: {
      regex: /^[A-Za-z_][A-Za-z0-9_]{0,199}$/,
      expected: 'names of letters, digits and _, not beginning with a digit',
    },
    values: { ...argument, secret: true, hint: hintForText },
    secret: true,
    expected: 'a map of names to texts',
    hint: (found) => (Array.isArray(found) ? 'write NAME: value, without a hyphen' : undefined),
  },
  cwd: {
    type: 'String',
    description:
      'Working directory, an absolute path. If absent: a directory of its own for each node, emptied by a rebuild.',
    maxLength: longestText,
    pattern: { regex: /^\//, expected: 'an absolute path' },
    check: refuseNul,
  },
  port: {
    type: 'String',
    description:
      'A port number, or `auto` for a free loopback port; given to the process as PORT and {port}.',
    expected: '`auto` or a number from 1 to 65535',
    pattern: { regex: /^(auto|[1-9]\d{0,4})$/, expected: '`auto` or a number from 1 to 65535' },
    check: (port, field) => (Number(port) > 65_535 ? [portIssue(port, field)] : []),
  },
  stop_signal: {
    type: 'String',
    description: 'The signal that stops the process.',
    default: 'SIGTERM',
    allowed: stopSignals,
    updatable: true,
    hint: (found) => (typeof found === 'string' ? signalMeant(found) : undefined),
  },
  stop_timeout: {
    type: 'Number',
    description: 'Seconds that a process has to stop before it is killed.',
    default: 10,
    min: 0,
    max: 3600,
    updatable: true,
    expected: 'a number of seconds from 0 to 3600',
  },
  log_limit: {
    type: 'Integer',
    description:
      'Bytes of output that are kept; checked twice a second while Coppice runs, the oldest goes first.',
    default: 10_485_760,
    min: 4096,
    max: 2 ** 40,
    updatable: true,
    expected: 'a number of bytes, 4096 or more',
  },
};

/** Checks `properties` and fills in the defaults. */
export function checkSpec(...[properties, options]: Parameters<ProfileType['check']>): SpecCheck {
  const checked = checkFields(fields, properties, '1.0', options);
  if (!checked.ok) return checked;
  const issues = [...unknownPlaceholders(checked.value), ...needlessPort(checked.value)];
  return issues.length === 0 ? { ok: true, properties: checked.value } : { ok: false, issues };
}

/** What is not updatable is what the process was started with: it is started again. */
export function isUpdatable(key: string): boolean {
  return fields[key]?.updatable === true;
}

export function planProcessUpdate(from: JsonObject, to: JsonObject): UpdatePlan {
  const changes = changedKeys(from, to);
  const fixed = changes.filter((key) => !isUpdatable(key));
  return fixed.length > 0 ? notInPlace(fixed) : { way: 'IN_PLACE', changes, tentative: null };
}

/** The properties of a node, which were checked when its profile was created. */
export function specOf(properties: JsonObject): ProcessSpec {
  const all: JsonObject = { ...defaultsOf(fields, '1.0'), ...properties };
  const port = all['port'] as string | number | undefined;
  return {
    command: all['command'] as string[],
    cwd: all['cwd'] as string | undefined,
    port: port === undefined || port === 'auto' ? port : Number(port),
    stopSignal: all['stop_signal'] as StopSignal,
    stopTimeoutMs: (all['stop_timeout'] as number) * 1000,
    logLimit: all['log_limit'] as number,
  };
}

/** @param properties checked, and in plain text. */
export function wholeSpecOf(properties: JsonObject): WholeProcessSpec {
  requireDecrypted(fields, properties);
  const { env = {} } = properties;
  return { ...specOf(properties), env: env as Record<string, string> };
}

/** Two processes cannot listen on one port. */
export function portObstacles(properties: JsonObject): Issue[] {
  const { port } = specOf(properties);
  if (typeof port !== 'number') return [];
  return [{ field: 'port', expected: 'auto', found: String(port) }];
}

function checkCommand(command: Json, field: string): Issue[] {
  if ((command as string[])[0] === '') return [issue(`${field}[0]`, 'the name or path of a program', '')];
  const { length } = JSON.stringify(command);
  const line = lineOfShell(command as string[]);
  if (line !== undefined)
    return [
      {
        field: `${field}[0]`,
        expected: 'the name or path of a program, without its arguments',
        found: quoteValue((command as string[])[0]),
        hint: `write each argument as an entry of its own: [${line.join(', ')}]`,
      },
    ];
  if (length <= longestCommand) return [];
  return [{ field, expected: `at most ${longestCommand} characters`, found: String(length) }];
}

/** `{port}` without quotes is a map to YAML; what has a value would be shown. */
function hintForArgument(found: Json): string | undefined {
  if (isJsonObject(found)) {
    const [[key, value] = ['', ''], ...others] = Object.entries(found);
    return value === null && others.length === 0 ? `put it in quotes: '{${key}}'` : undefined;
  }
  return hintForText(found);
}

function hintForText(found: Json): string | undefined {
  return typeof found === 'number' || typeof found === 'boolean' ? 'put it in quotes' : undefined;
}

/** The words of a command that was written as one text; a path may have spaces in it. */
function lineOfShell(command: readonly string[]): string[] | undefined {
  const [name = '', ...others] = command;
  const isLine = others.length === 0 && /\s/.test(name.trim()) && !/^[./]/.test(name);
  return isLine ? name.trim().split(/\s+/) : undefined;
}

function refuseNul(text: Json, field: string): Issue[] {
  if (!(text as string).includes('\0')) return [];
  return [{ field, expected: 'a text', found: 'a text with a NUL character in it' }];
}

function portIssue(port: Json, field: string): Issue {
  return issue(field, '`auto` or a number from 1 to 65535', port);
}

function signalMeant(written: string): string | undefined {
  const meant = stopSignals.find((name) => name === `SIG${written.toUpperCase()}`);
  const signal = meant ?? closestWord(written, stopSignals);
  return signal === undefined ? undefined : `did you mean ${signal}?`;
}

/** As `commandFor` fills them in. */
const placeholders = ['port', 'nodename', 'nodeid', 'index'];

/**
 * `{prot}` would reach the program as it is written. Braces of other languages are left alone (`${port}`,
 * `{{port}}`, `awk '{print}'`): in a text with blanks only typing errors count, in another also `{name}`.
 */
function unknownPlaceholders(properties: JsonObject): Issue[] {
  return (properties['command'] as string[]).flatMap((argument, at) =>
    [...argument.matchAll(/(?<![$%{])\{(\w{1,64})\}(?!\})/g)].flatMap(([found, name = '']) => {
      const meant = closestWord(name, placeholders);
      const isTypingError = meant !== undefined && isNear(name, meant);
      if (placeholders.includes(name) || meant === undefined || (/\s/.test(argument) && !isTypingError))
        return [];
      const expected = `placeholders among ${placeholders.map((one) => `{${one}}`).join(' ')}`;
      return [{ field: `command[${at}]`, expected, found, hint: `did you mean {${meant}}?` }];
    }),
  );
}

function needlessPort(properties: JsonObject): Issue[] {
  if (properties['port'] !== undefined) return [];
  return (properties['command'] as string[]).flatMap((argument, at) => {
    if (!argument.includes('{port}')) return [];
    const expected = 'no {port}, because the spec has no `port`';
    return [{ field: `command[${at}]`, expected, found: '{port}', hint: 'add `port: auto`' }];
  });
}

function issue(field: string, expected: string, found: unknown): Issue {
  return { field, expected, found: quoteValue(found) };
}
