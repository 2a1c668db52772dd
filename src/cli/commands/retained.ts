/** `coppice retained ...`: what RECREATE has stopped and keeps for a time. */
import { Command } from 'commander';
import type { Operations, Schemas } from '../../client/api-types.ts';
import { orDash } from '../rendering/text-of.ts';
import type { Terminal } from '../rendering/terminal.ts';
import { addList, addShow, ageColumn, exampleText, idColumn, textColumn } from './resource.ts';
import type { Resource } from './resource.ts';
import { addDeleteByAction } from './deletion.ts';

type Retained = Schemas['Retained'];

const retainedResource: Resource<Retained, Retained, Operations['GET /v1/retained']['query']> = {
  one: 'object',
  many: 'retained objects',
  examples: {
    list: 'retained list --cluster web',
    show: 'retained show 5a1f09c2',
    delete: 'retained delete 5a1f09c2 --wait',
  },
  columns: [
    textColumn('NODE', 'node_name'),
    textColumn('LOCATION', 'location'),
    ageColumn('STOPPED', 'stopped_at'),
    { header: 'UNTIL', cell: ({ until }, times) => ({ text: times.relative(until) }) },
    { header: 'RECOVERY', cell: ({ recovery_id: id }) => ({ text: orDash(id.slice(0, 8)), tone: 'quiet' }) },
    idColumn,
  ],
  first: ['node_name', 'location', 'stopped_at', 'until', 'id'],
  list: (api, query) => api.read('GET /v1/retained', 'retained', { query }),
  show: (api, retained) => api.read('GET /v1/retained/{retained}', 'retained', { path: { retained } }),
  rows: async (_api, all) => all,
  hasFixedOrder: true,
};

export function retainedCommand(terminal: Terminal): Command {
  const retained = new Command('retained')
    .description('What a recovery has stopped and keeps, so that the cause of the failure can be found.')
    .addHelpText('after', exampleText('retained list --cluster web', 'retained delete 5a1f09c2 --wait'));
  addList(retained, terminal, retainedResource, [
    { flags: '--node <node>', key: 'node', description: 'of this node, also of one that is gone' },
    { flags: '-c, --cluster <cluster>', key: 'cluster', description: 'of the nodes of this cluster' },
    { flags: '--recovery <id>', key: 'recovery', description: 'stopped by this recovery' },
  ]);
  addShow(retained, terminal, retainedResource);
  addDeleteByAction(retained, terminal, retainedResource, (api, id) =>
    api.send('DELETE /v1/retained/{retained}', { path: { retained: id } }),
  );
  return retained;
}
