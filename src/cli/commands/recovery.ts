/** `coppice recovery ...`: each failure of a node, and how it was brought back. */
import { Command } from 'commander';
import type { Operations } from '../../client/api-types.ts';
import { openSession, writeJson } from '../client/session.ts';
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
import { toneOf } from '../rendering/style.ts';
import type { Terminal } from '../rendering/terminal.ts';
import { orDash } from '../rendering/text-of.ts';
import { addList, exampleText, idCell, leftOut } from './resource.ts';
import type { Resource } from './resource.ts';

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
    { header: 'AFTERWARDS', cell: (group) => ({ text: afterwardsText(group), tone: 'busy' }) },
  ],
  first: [],
  list: (api, query) => api.read('GET /v1/recoveries', 'recoveries', { query }),
  show: (api, recovery) => api.read('GET /v1/recoveries/{recovery}', 'recovery', { path: { recovery } }),
  rows: async (_api, recoveries) => groupRecoveries(recoveries),
  hasFixedOrder: true,
};

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
  addChange(recovery, terminal, {
    name: 'cancel',
    description: 'End an open recovery: what it has begun is completed first; a held one ends at once.',
    operation: 'POST /v1/recoveries/{recovery}/cancel',
  });
  addChange(recovery, terminal, {
    name: 'acknowledge',
    description: 'Acknowledge its warning: it is not shown any more.',
    operation: 'POST /v1/recoveries/{recovery}/acknowledge',
  });
  return recovery;
}

function addShow(group: Command, terminal: Terminal): void {
  group
    .command('show <id>')
    .description('Show a recovery as a timeline: what was decided and done, when, and why.')
    .addHelpText('after', exampleText('recovery list --node web-3', 'recovery show 5a1f09c2'))
    .action(async (id: string, _options: object, command: Command) => {
      const session = openSession(command, terminal);
      const path = { recovery: id };
      const shown = await session.api.read('GET /v1/recoveries/{recovery}', 'recovery', { path });
      if (session.json) writeJson(terminal, shown);
      else terminal.write(renderRecovery(shown, session.style, { ...session, times: session.times() }));
    });
}

function addChange(
  group: Command,
  terminal: Terminal,
  {
    name,
    description,
    operation,
  }: {
    readonly name: string;
    readonly description: string;
    readonly operation:
      | 'POST /v1/recoveries/{recovery}/cancel'
      | 'POST /v1/recoveries/{recovery}/acknowledge';
  },
): void {
  group
    .command(`${name} <id>`)
    .description(description)
    .addHelpText('after', exampleText(`recovery ${name} 5a1f09c2`))
    .action(async (id: string, _options: object, command: Command) => {
      const session = openSession(command, terminal);
      const changed = await session.api.read(operation, 'recovery', { path: { recovery: id } });
      if (session.json) writeJson(terminal, changed);
      else terminal.write(renderRecovery(changed, session.style, { ...session, times: session.times() }));
    });
}
