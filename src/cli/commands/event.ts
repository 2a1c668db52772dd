/** `coppice event ...`: what happened to clusters and nodes. */
import { Command } from 'commander';
import type { Operations, Schemas } from '../../client/api-types.ts';
import { openSession, writeJson, writeProse } from '../client/session.ts';
import { timeSpan } from '../option-values.ts';
import type { Terminal } from '../rendering/terminal.ts';
import {
  addList,
  addShow,
  ageColumn,
  exampleText,
  idColumn,
  leftOut,
  proseColumn,
  statusColumn,
  textColumn,
} from './resource.ts';
import type { Resource } from './resource.ts';

type Event = Schemas['Event'];

const eventResource: Resource<Event, Event, Operations['GET /v1/events']['query']> = {
  one: 'event',
  many: 'events',
  defaultSort: 'timestamp:desc',
  examples: {
    list: 'event list --cluster web --limit 20',
    show: 'event show 7fcf1201-9d00-45a3-a295-a0575c8c4862',
  },
  columns: [
    ageColumn('TIME', 'timestamp'),
    leftOut(1, textColumn('LEVEL', 'level')),
    textColumn('OBJECT', 'oname'),
    textColumn('ACTION', 'action'),
    statusColumn('STATUS', 'status'),
    idColumn,
    proseColumn(textColumn('REASON', 'status_reason')),
  ],
  first: ['timestamp', 'level', 'oname', 'otype', 'action', 'status', 'status_reason', 'id'],
  list: (api, query) => api.read('GET /v1/events', 'events', { query }),
  show: (api, event) => api.read('GET /v1/events/{event}', 'event', { path: { event } }),
  rows: async (_api, all) => all,
};

interface PurgeOptions {
  readonly olderThan: number;
  readonly cluster?: string;
}

export function eventCommand(terminal: Terminal): Command {
  const event = new Command('event')
    .description('What happened to clusters and nodes.')
    .addHelpText('after', exampleText('event list --cluster web', 'event purge --older-than 90d'));
  addList(event, terminal, eventResource, [
    { flags: '-c, --cluster <cluster>', key: 'cluster_id', description: 'of this cluster and its nodes' },
    { flags: '--object <name>', key: 'oname', description: 'of the cluster or node of this name' },
    { flags: '--action <name>', key: 'action', description: 'NODE_RECOVER, CLUSTER_CREATE, ...' },
    { flags: '--level <level>', key: 'level', description: 'INFO, WARNING, ERROR, ...' },
  ]);
  addShow(event, terminal, eventResource);
  event
    .command('purge')
    .description('Delete old events: for administrators. Events are also deleted by age (events.keep_days).')
    .requiredOption('--older-than <time>', '90s, 30m, 2h, 90d', timeSpan)
    .option('-c, --cluster <cluster>', 'of this cluster and its nodes only')
    .addHelpText('after', exampleText('event purge --older-than 90d'))
    .action(async (_options: object, command: Command) => {
      const session = openSession(command, terminal);
      const { olderThan, cluster } = command.opts<PurgeOptions>();
      const body = {
        purge: { older_than: olderThan, ...(cluster === undefined ? {} : { cluster_id: cluster }) },
      };
      const { deleted } = await session.api.read('POST /v1/events/purge', 'purge', { body });
      if (session.json) writeJson(terminal, { deleted });
      else writeProse(session, [`${deleted} ${deleted === 1 ? 'event was' : 'events were'} deleted.`]);
    });
  return event;
}
