/** `coppice recovery ...`: each failure of a node, and how it was brought back. */
import { Command } from 'commander';
import type { ApiClient } from '../../client/api-client.ts';
import type { Operations, Schemas } from '../../client/api-types.ts';
import { openSession, writeJson, writeProse, type CliSession } from '../client/session.ts';
import { waitForAction } from '../client/wait-for-action.ts';
import { failureText } from '../rendering/failure-text.ts';
import {
  afterwardsText,
  groupRecoveries,
  openedText,
  stateText,
  recoveriesTookText,
} from '../rendering/recovery-rows.ts';
import type { ListedRecovery, RecoveryGroup } from '../rendering/recovery-rows.ts';
import { renderRecovery } from '../rendering/recovery-timeline.ts';
import { renderHints } from '../rendering/hints.ts';
import { toneOf } from '../rendering/style.ts';
import type { Terminal } from '../rendering/terminal.ts';
import { orDash } from '../rendering/text-of.ts';
import { addList, exampleText, idCell, leftOut, proseColumn } from './resource.ts';
import type { Resource } from './resource.ts';
import { WAIT_FLAG, type WaitOption } from './started-action.ts';

const recoveryResource: Resource<ListedRecovery, RecoveryGroup, Operations['GET /v1/recoveries']['query']> = {
  one: 'recovery',
  many: 'recoveries',
  examples: { list: 'recovery list --node web-3', show: 'recovery show 5a1f09c2' },
  columns: [
    { header: 'NODE', cell: ({ recoveries: [{ node_name: name }] }) => ({ text: orDash(name) }) },
    {
      header: 'STATE',
      cell: (group) => ({ text: stateText(group), tone: toneOf(group.recoveries[0].state) }),
    },
    { header: 'FAILURE', cell: ({ recoveries: [{ failure }] }) => ({ text: failureText(failure) }) },
    { header: 'OPENED', cell: (group, times) => ({ text: openedText(group, times) }) },
    leftOut(1, { header: 'TOOK', cell: (group) => ({ text: recoveriesTookText(group) }) }),
    { header: 'ID', cell: ({ recoveries: [{ id }] }) => idCell(id) },
    proseColumn({
      header: 'AFTERWARDS',
      cell: (group) => ({ text: afterwardsText(group), tone: 'busy' }),
    }),
  ],
  first: [],
  list: (api, query) => api.read('GET /v1/recoveries', 'recoveries', { query }),
  show: readRecovery,
  rows: async (_api, recoveries) => groupRecoveries(recoveries),
  hasFixedOrder: true,
};

type Recovery = Schemas['Recovery'];

function readRecovery(api: ApiClient, recovery: string): Promise<Recovery> {
  return api.read('GET /v1/recoveries/{recovery}', 'recovery', { path: { recovery } });
}

export function recoveryCommand(terminal: Terminal): Command {
  const recovery = new Command('recovery')
    .description('Failures of nodes, and how each was brought back, step by step.')
    .addHelpText('after', exampleText('recovery list --cluster web', 'recovery show 5a1f09c2'));
  addList(recovery, terminal, recoveryResource, [
    { flags: '--node <node>', key: 'node', description: 'of this node' },
    { flags: '-c, --cluster <cluster>', key: 'cluster', description: 'of the nodes of this cluster' },
    { flags: '--state <state>', key: 'state', description: 'OPEN, RECOVERED, EXHAUSTED, ...' },
  ]);
  addShow(recovery, terminal);
  addCancel(recovery, terminal);
  addAcknowledge(recovery, terminal);
  return recovery;
}

function addShow(group: Command, terminal: Terminal): void {
  group
    .command('show <id>')
    .description('Show a recovery as a timeline: what was decided and done, when, and why.')
    .addHelpText('after', exampleText('recovery list --node web-3', 'recovery show 5a1f09c2'))
    .action(async (id: string, _options: object, command: Command) => {
      const session = openSession(command, terminal);
      const shown = await readRecovery(session.api, id);
      if (session.json) writeJson(terminal, shown);
      else terminal.write(renderRecovery(shown, session.style, { ...session, times: session.times() }));
    });
}

const cancellation = 'POST /v1/recoveries/{recovery}/cancel';

function addCancel(group: Command, terminal: Terminal): void {
  group
    .command('cancel <id>')
    .description('End an open recovery: what it has begun is completed first; a held one ends at once.')
    .option(WAIT_FLAG, 'wait until it has ended')
    .addHelpText('after', exampleText('recovery cancel 5a1f09c2', 'recovery cancel 5a1f09c2 --wait'))
    .action(async (id: string, { wait }: WaitOption, command: Command) => {
      const session = openSession(command, terminal);
      const { body } = await session.api.send(cancellation, { path: { recovery: id } });
      const { recovery, follows } = body;
      const action = recovery.action_id;
      if (!session.json) printCancelled(session, recovery, follows);
      if (wait === true && action !== null) await waitForAction(session, action);
      if (session.json)
        writeJson(terminal, wait === true ? await readRecovery(session.api, recovery.id) : recovery);
      else if (wait === true)
        writeProse(session, [`It has ended: ${(await readRecovery(session.api, recovery.id)).state}.`]);
    });
}

function printCancelled(
  session: CliSession,
  { id, state, node_name: node }: Recovery,
  follows: readonly string[],
): void {
  const { terminal, columns, style, typed } = session;
  const how = state === 'OPEN' ? 'is being cancelled' : 'is cancelled';
  writeProse(session, [`The recovery ${id} of ${node} ${how}.`, ...follows.map((each) => `- ${each}`)]);
  const show = { command: typed(`recovery show ${id}`), what: 'what it did, and its end' };
  terminal.write(renderHints([show], columns, style));
}

function addAcknowledge(group: Command, terminal: Terminal): void {
  group
    .command('acknowledge <id>')
    .description('Acknowledge its warning: it is not shown any more.')
    .addHelpText('after', exampleText('recovery acknowledge 5a1f09c2'))
    .action(async (id: string, _options: object, command: Command) => {
      const session = openSession(command, terminal);
      const path = { recovery: id };
      const changed = await session.api.read('POST /v1/recoveries/{recovery}/acknowledge', 'recovery', {
        path,
      });
      if (session.json) writeJson(terminal, changed);
      else terminal.write(renderRecovery(changed, session.style, { ...session, times: session.times() }));
    });
}
