/** `coppice recovery ...`: each failure of a node, and how it was brought back. */
import { Command } from 'commander';
import type { Operations, Schemas } from '../../client/api-types.ts';
import { duration } from '../../domain/duration.ts';
import { addList, ageColumn, idColumn, exampleText } from './resource.ts';
import type { Resource } from './resource.ts';
import { renderRecovery } from '../rendering/recovery-timeline.ts';
import { openSession, writeJson } from '../client/session.ts';
import { failureText } from '../rendering/failure-text.ts';
import { toneOf } from '../rendering/style.ts';
import type { Cell } from '../rendering/table.ts';
import { orDash } from '../rendering/text-of.ts';
import type { Terminal } from '../rendering/terminal.ts';
import { readTime } from '../rendering/times.ts';

type Summary = Schemas['RecoverySummary'];

const recoveryResource: Resource<Summary, Summary, Operations['GET /v1/recoveries']['query']> = {
  one: 'recovery',
  many: 'recoveries',
  examples: { list: 'recovery list --node web-3', show: 'recovery show 5a1f09c2' },
  columns: [
    { header: 'NODE', cell: (recovery) => ({ text: orDash(recovery.node_name) }) },
    { header: 'STATE', cell: stateCell },
    { header: 'FAILURE', cell: (recovery) => ({ text: failureText(recovery.failure) }) },
    ageColumn('OPENED', 'opened_at'),
    { header: 'TOOK', cell: (recovery) => ({ text: tookText(recovery) }) },
    idColumn,
  ],
  first: [],
  list: (api, query) => api.read('GET /v1/recoveries', 'recoveries', { query }),
  show: (api, recovery) => api.read('GET /v1/recoveries/{recovery}', 'recovery', { path: { recovery } }),
  rows: async (_api, recoveries) => recoveries,
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
  recovery
    .command('show <id>')
    .description('Show a recovery as a timeline: what was decided and done, when, and why.')
    .addHelpText(
      'after',
      '\nExample:\n  $ coppice recovery list --node web-3\n  $ coppice recovery show 5a1f09c2-1c6e-4d0b-9f0e-2f1d4c7b8a90',
    )
    .action(async (id: string, _options: object, command: Command) => {
      const session = openSession(command, terminal);
      const path = { recovery: id };
      const shown = await session.api.read('GET /v1/recoveries/{recovery}', 'recovery', { path });
      if (session.json) writeJson(terminal, shown);
      else
        terminal.write(
          renderRecovery(shown, session.style, { columns: terminal.size().columns, times: session.times() }),
        );
    });
  return recovery;
}

function stateCell(recovery: Summary): Cell {
  const state = orDash(recovery.state);
  return { text: recovery.mode === 'OBSERVE' ? `${state} (observed)` : state, tone: toneOf(state) };
}

function tookText(recovery: Summary): string {
  const opened = readTime(recovery.opened_at);
  const closed = readTime(recovery.closed_at);
  return opened === undefined || closed === undefined ? '-' : duration(closed - opened);
}
