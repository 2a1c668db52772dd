/** Every command that prints something for a user, with long content, on terminals of several widths. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import stringWidth from 'string-width';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildProgram } from '../../src/cli/program.ts';
import { fakeApi, type FakeApi } from './fake-api.ts';
import { failedAction, ids, longAnswers, longRefusal } from './long-content.ts';
import { plainTerminal, run } from './run.ts';

const widths = [60, 80, 100, 120];

/** They run until they are ended; `watch` draws a screen of its own. */
const notHere = ['demo', 'serve', 'watch', 'cloud-simulator'];

const { execution: id } = ids;
const name = 'production-web-frontend-europe-west-3-9';
const workflow = 'examples/workflows/drain-and-reattach/workflow.yaml';

/** What is typed, by command; several where a command has several pictures. */
const typed: Readonly<Record<string, readonly string[]>> = {
  status: ['status'],
  'cluster list': ['cluster list'],
  'cluster show': ['cluster show web'],
  'cluster create': [`cluster create ${name} --profile p --size 3 --wait`],
  'cluster update': ['cluster update web --name x --wait', 'cluster update web --profile p --plan'],
  'cluster delete': ['cluster delete web --wait', 'cluster delete web web'],
  'cluster check': ['cluster check web --wait', 'cluster check web'],
  'cluster recover': ['cluster recover web --wait'],
  'cluster resize': ['cluster resize web --adjust 2 --wait', 'cluster resize web --capacity 8 --plan'],
  'cluster scale-in': ['cluster scale-in web --plan'],
  'cluster scale-out': ['cluster scale-out web --wait'],
  'cluster add-nodes': ['cluster add-nodes web n --wait'],
  'cluster del-nodes': ['cluster del-nodes web n --plan'],
  'cluster replace-nodes': ['cluster replace-nodes web n=m --plan'],
  'cluster complete-lifecycle': [`cluster complete-lifecycle web ${ids.action}`],
  'cluster op': ['cluster op web reboot'],
  'cluster health': ['cluster health web'],
  'cluster pause': ['cluster pause web --for 2h'],
  'cluster resume': ['cluster resume web'],
  'cluster breaker reset': ['cluster breaker reset web'],
  'cluster zone-outage release': ['cluster zone-outage release web'],
  'cluster policy-attach': ['cluster policy-attach web p'],
  'cluster policy-update': ['cluster policy-update web p --disable'],
  'cluster policy-detach': ['cluster policy-detach web p --wait'],
  'cluster policies': ['cluster policies web'],
  'node list': ['node list'],
  'node show': ['node show n'],
  'node create': [`node create ${name} --profile p --wait`],
  'node adopt': [`node adopt x --name ${name}`, 'node adopt x --preview'],
  'node update': ['node update n --name x --wait'],
  'node delete': ['node delete n --wait'],
  'node check': ['node check n'],
  'node recover': ['node recover n --wait'],
  'node op': ['node op n reboot'],
  'node health': ['node health n'],
  'node exclude': ['node exclude n n'],
  'node include': ['node include n'],
  'node release': ['node release n'],
  'profile list': ['profile list'],
  'profile show': ['profile show p'],
  'profile create': [`profile create ${name} examples/first-steps/web-server.yaml`],
  'profile update': ['profile update p --name x'],
  'profile delete': ['profile delete p', 'profile delete p p'],
  'profile check': ['profile check examples/first-steps/web-server.yaml'],
  'profile types': ['profile types', 'profile types os.nova.server'],
  'policy list': ['policy list'],
  'policy show': ['policy show p'],
  'policy create': [`policy create ${name} examples/first-steps/web-health.yaml`],
  'policy update': ['policy update p --name x'],
  'policy delete': ['policy delete p'],
  'policy check': ['policy check WRONG', 'policy check examples/policies/health-retain.yaml'],
  'policy types': ['policy types', 'policy types senlin.policy.health'],
  'policy simulate': ['policy simulate p --cluster web --fail n=HOST_DOWN'],
  'action list': ['action list'],
  'action show': [`action show ${ids.action}`],
  'action cancel': [`action cancel ${ids.action}`],
  'event list': ['event list'],
  'event show': ['event show e'],
  'event purge': ['event purge --older-than 90d'],
  'recovery list': ['recovery list'],
  'recovery show': ['recovery show r'],
  'recovery cancel': ['recovery cancel r'],
  'recovery acknowledge': ['recovery acknowledge r'],
  'receiver list': ['receiver list'],
  'receiver show': ['receiver show g'],
  'receiver create': ['receiver create grow -c web --action CLUSTER_SCALE_OUT'],
  'receiver update': ['receiver update g --name x'],
  'receiver delete': ['receiver delete g'],
  'retained list': ['retained list'],
  'retained show': ['retained show x'],
  'retained delete': ['retained delete x --wait'],
  'workflow validate': [`workflow validate ${workflow}`],
  'workflow create': [`workflow create ${workflow}`],
  'workflow delete': ['workflow delete drain'],
  'workflow graph': [`workflow graph ${workflow}`],
  'workflow run': ['workflow run drain', 'workflow run drain --no-wait'],
  'workflow list': ['workflow list'],
  'workflow show': [`workflow show ${id}`],
  'workflow pause': [`workflow pause ${id}`],
  'workflow resume': [`workflow resume ${id}`],
  'workflow cancel': [`workflow cancel ${id}`],
  'workflow rerun': [`workflow rerun ${id}`, `workflow rerun ${id} other`],
  'workflow definitions': ['workflow definitions'],
  'workflow actions': ['workflow actions', 'workflow actions evacuate', 'workflow actions nova.agents'],
  'workflow skip': [`workflow skip ${id} evacuate`],
  'token create': ['token create production-monitoring-of-the-retail-division'],
};

/** A program reads it: it is shown as it is. */
const verbatim = new Set(['workflow graph']);

/** Objects with maps in them, and parts of files. */
const showsYaml =
  /^(?:profile|policy|receiver) (?:show|create|update)|^action (?:show|cancel)|^workflow (?:run|show)|^token|^node adopt/;
/** Columns that may be left out, where that is said. */
const leftOut = ['production-web-frontend-2026-11-22-rc4', '65e27958'];

let directory = '';
let api: FakeApi;
beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'coppice-widths-'));
  writeFileSync(
    path.join(directory, 'a-policy-that-is-not-as-it-should-be.yaml'),
    'type: senlin.policy.health\nversion: "1.3"\nproperties:\n  detection:\n    interval: -1\n    detection_modes:\n      - type: NODE_STATUS_POLLNG\n  recovery:\n    actions:\n      - name: REBOOTT\n',
  );
  api = await fakeApi(longAnswers);
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true });
});

async function printed(words: string, columns: number, more: readonly string[] = []) {
  const wrong = path.join(directory, 'a-policy-that-is-not-as-it-should-be.yaml');
  const typedWords = words.split(' ').map((word) => (word === 'WRONG' ? wrong : word));
  const { out, err } = await run([...typedWords, ...more], { url: api.url, columns });
  return out + err;
}

test('every command is looked at', async () => {
  const found: string[] = [];
  const visit = (command: Command, words: readonly string[]): void => {
    if (command.commands.length === 0) found.push(words.join(' '));
    for (const child of command.commands) visit(child, [...words, child.name()]);
  };
  visit(await buildProgram(plainTerminal()), []);
  expect(found.toSorted()).toEqual([...Object.keys(typed), ...notHere].toSorted());
});

describe.each(widths)('on a terminal of %i columns', (columns) => {
  const pictures = Object.entries(typed).flatMap(([command, all]) =>
    all.map((words) => [words, command] as const),
  );
  test.each(pictures)('%s', async (words, command) => {
    if (verbatim.has(command)) return;
    const narrow = await printed(words, columns);
    const wide = await printed(words, Infinity);
    expect(tooWide(narrow, columns, showsYaml.test(command))).toEqual([]);
    if (command === 'token create') return;
    expect(brokenWords(narrow, wide)).toEqual([]);
    expect(lostWords(narrow, wide)).toEqual([]);
  });

  test.each(Object.keys(typed).flatMap((words) => [words, words.split(' ')[0] ?? '']))(
    'the help of %s',
    async (words) => {
      const { out } = await run([...words.split(' '), '--help'], { columns });
      expect(tooWide(out, columns).filter((line) => !/^ *\$ /.test(line))).toEqual([]);
    },
  );

  test.each([
    ['a refusal', 'cluster show web', { 'GET /v1/clusters/web': longRefusal }],
    [
      'an action that failed',
      'cluster check web --wait',
      {
        'POST /v1/clusters/web/actions': {
          status: 202,
          headers: { Location: 'http://x/v1/actions/f' },
          body: {},
        },
        'GET /v1/actions/f': { body: { action: failedAction } },
      },
    ],
    [
      'a mistyped option',
      'cluster create web --profle production-web-frontend-europe-west-3 --size many',
      {},
    ],
    ['a mistyped command', 'cluster helth web', {}],
  ] as const)('%s', async (_what, words, answers) => {
    await using refusing = await fakeApi(answers);
    const { err } = await run(words.split(' '), { url: refusing.url, columns });
    const { err: wide } = await run(words.split(' '), { url: refusing.url });
    expect(err).not.toBe('');
    expect(tooWide(err, columns)).toEqual([]);
    expect(brokenWords(err, wide)).toEqual([]);
  });

  test('a server that is not there', async () => {
    const { err } = await run(['status'], { url: 'http://127.0.0.1:9', columns });
    expect(tooWide(err, columns)).toEqual([]);
  });
});

test('where there is no terminal, a table is a line for its header and one for each row', async () => {
  const rowsOf = {
    'cluster list': 20,
    'node list': 20,
    'event list': 20,
    'recovery list': 2,
    'workflow list': 2,
  };
  for (const [words, rows] of Object.entries(rowsOf))
    expect([words, (await printed(words, Infinity)).trimEnd().split('\n').length]).toEqual([words, rows + 1]);
});

/**
 * Lines beyond the edge. One that is a single word, from the first column on or where YAML wants it, is
 * continued by the terminal.
 */
function tooWide(text: string, columns: number, isYaml = false): string[] {
  const isWhole = (line: string): boolean => (isYaml ? /^\s*\S+$/ : /^\S+$/).test(line);
  return text.split('\n').filter((line) => stringWidth(line) > columns && !isWhole(line));
}

const unspaced = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/u;

function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '' && word !== '\\' && !/^[│├└─]+$/.test(word));
}

/** Those that are not words of the wide picture: pieces of longer ones. */
function brokenWords(narrow: string, wide: string): string[] {
  const whole = new Set([...wordsOf(wide), ...wordsOf(wide.toLowerCase()), ...hint]);
  const isBeginning = (word: string): boolean => /^[0-9a-f]{8}$|^n[0-9]{7}$|^c\d{2}aafe7$/.test(word);
  return wordsOf(narrow).filter(
    (word) =>
      !whole.has(word) && !isBeginning(word) && !/[\u2026▕▏█]|^\.\.\.,?$/.test(word) && !unspaced.test(word),
  );
}

const hint = wordsOf(
  'Cut to the width of the terminal: --wide shows all. all of it: coppice cluster health why: ;',
);

/** Names, ids (by their beginnings) and commands that the wide picture has, and the narrow one has not. */
function lostWords(narrow: string, wide: string): string[] {
  const flat = narrow.replaceAll(/ \\\n */g, ' ').replaceAll(/\s+/g, ' ');
  const essential =
    wide.match(/\bproduction-[\w-]+|\b[0-9a-f]{8}(?=-[0-9a-f]{4}-)|coppice [a-z]+ [a-z]+ [\w-]+/g) ?? [];
  const isSaid = narrow.includes('--wide shows all');
  return [...new Set(essential)].filter(
    (each) => !flat.includes(each) && !(isSaid && leftOut.includes(each)),
  );
}
