/** `coppice receiver ...`: URLs that start an action on a cluster. */
import { Command } from 'commander';
import type { Operations, Schemas } from '../../client/api-types.ts';
import { usageError } from '../cli-error.ts';
import { given, keyValue } from '../option-values.ts';
import type { Terminal } from '../rendering/terminal.ts';
import { addList, addShow, ageColumn, exampleText, idColumn, textColumn } from './resource.ts';
import { addDeleteAtOnce } from './deletion.ts';
import type { Resource } from './resource.ts';
import { withClusterName } from './names-of-ids.ts';
import { changeAtOnce } from './started-action.ts';

type Receiver = Schemas['Receiver'];
type Action = NonNullable<Operations['PATCH /v1/receivers/{receiver}']['body']['receiver']['action']>;

const receiverResource: Resource<
  Receiver,
  Receiver & { readonly cluster_name: string },
  Operations['GET /v1/receivers']['query']
> = {
  one: 'receiver',
  many: 'receivers',
  examples: {
    list: 'receiver list --cluster 102aafe7-f906-4bc0-aca3-d01a9ac49743',
    show: 'receiver show grow',
    delete: 'receiver delete grow',
  },
  columns: [
    textColumn('NAME', 'name'),
    textColumn('ACTION', 'action'),
    textColumn('CLUSTER', 'cluster_name'),
    ageColumn('CREATED', 'created_at'),
    idColumn,
  ],
  first: ['name', 'id', 'action', 'cluster_id', 'params', 'channel'],
  isOrderedByName: true,
  list: (api, query) => api.read('GET /v1/receivers', 'receivers', { query }),
  namesakes: (api, name) => api.read('GET /v1/receivers', 'receivers', { query: { name: [name] } }),
  show: (api, receiver) => api.read('GET /v1/receivers/{receiver}', 'receiver', { path: { receiver } }),
  inWords: withClusterName,
  async rows(api, receivers) {
    const names = new Map((await api.read('GET /v1/clusters', 'clusters')).map(({ id, name }) => [id, name]));
    return receivers.map((each) => ({
      ...each,
      cluster_name: names.get(each.cluster_id) ?? each.cluster_id,
    }));
  },
};

interface ChangeOptions {
  readonly name?: string;
  readonly action?: string;
  readonly cluster?: string;
  readonly param?: Readonly<Record<string, string>>;
}

const PARAM_TEXT = 'a parameter of the action; may be given again';

export function receiverCommand(terminal: Terminal): Command {
  const receiver = new Command('receiver')
    .description('URLs that start an action on a cluster, without a token: for the alarms of a monitoring.')
    .addHelpText('after', exampleText('receiver create grow -c web --action CLUSTER_SCALE_OUT'));
  addList(receiver, terminal, receiverResource, [
    { flags: '--action <action>', key: 'action', description: 'that start this action' },
    { flags: '-c, --cluster <id>', key: 'cluster_id', description: 'of the cluster with this id' },
  ]);
  addShow(receiver, terminal, receiverResource);
  receiver
    .command('create <name>')
    .description('Create a receiver; its answer has the URL.')
    .requiredOption('-c, --cluster <cluster>', 'the cluster')
    .requiredOption('--action <action>', 'what it starts: CLUSTER_SCALE_OUT, CLUSTER_CHECK, ...')
    .option('--param <key=value>', PARAM_TEXT, keyValue)
    .addHelpText('after', exampleText('receiver create grow -c web --action CLUSTER_SCALE_OUT'))
    .action(async (name: string, { cluster, action, param }: ChangeOptions, command: Command) => {
      await changeAtOnce(command, terminal, receiverResource, name, async (api) => {
        const wanted = given({
          cluster_id: cluster,
          action: action as Action,
          params: param && { ...param },
        });
        const { body } = await api.send('POST /v1/receivers', {
          body: { receiver: { name, type: 'webhook', ...wanted } },
        });
        return { body, object: body.receiver };
      });
    });
  receiver
    .command('update <receiver>')
    .description('Change the name, action or parameters of a receiver; its URL stays.')
    .option('--name <name>', 'new name')
    .option('--action <action>', 'new action')
    .option('--param <key=value>', `${PARAM_TEXT}; all that are given replace the old ones`, keyValue)
    .addHelpText('after', exampleText('receiver update grow --param count=2'))
    .action(async (nameOrId: string, { name, action, param }: ChangeOptions, command: Command) => {
      const changes = given({ name, action: action as Action, params: param && { ...param } });
      if (Object.keys(changes).length === 0)
        throw usageError('nothing to change: give --name, --action or --param');
      await changeAtOnce(command, terminal, receiverResource, name, async (api) => {
        const path = { receiver: nameOrId };
        const { body } = await api.send('PATCH /v1/receivers/{receiver}', {
          path,
          body: { receiver: changes },
        });
        return { body, object: body.receiver };
      });
    });
  addDeleteAtOnce(receiver, terminal, receiverResource, (api, id) =>
    api.send('DELETE /v1/receivers/{receiver}', { path: { receiver: id } }),
  );
  return receiver;
}
