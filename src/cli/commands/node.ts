/** `coppice node ...` */
import { Command } from 'commander';
import type { ApiAnswer, ApiClient, RequestOf } from '../../client/api-client.ts';
import { usageError } from '../cli-error.ts';
import { addAdopt } from './adopt.ts';
import { addNodeHealing } from './healing.ts';
import { addNodeOperation } from './operations.ts';
import { given, keyValue } from '../option-values.ts';
import { recoverBody, withRecoverOptions } from './recover-options.ts';
import type { RecoverOptions } from './recover-options.ts';
import { addList, addShow, exampleText } from './resource.ts';
import { nodeResource, healthFilter } from './resources.ts';
import { actionOn, changeByAction, WAIT_FLAG, WAIT_TEXT } from './started-action.ts';
import { addDeleteByAction } from './deletion.ts';
import type { WaitOption } from './started-action.ts';
import type { Terminal } from '../rendering/terminal.ts';

export function nodeCommand(terminal: Terminal): Command {
  const node = new Command('node')
    .description('The members of clusters: servers, stacks, processes.')
    .addHelpText(
      'after',
      exampleText('node list --cluster web', 'node show web-3', 'node recover web-3 --wait'),
    );
  addList(
    node,
    terminal,
    nodeResource,
    [
      { flags: '-c, --cluster <cluster>', key: 'cluster_id', description: 'of this cluster' },
      { flags: '--name <name>', key: 'name', description: 'with this name' },
      { flags: '--status <status>', key: 'status', description: 'in this status: ACTIVE, ERROR, ...' },
    ],
    [healthFilter],
  );
  addShow(node, terminal, nodeResource);
  addCreate(node, terminal);
  addAdopt(node, terminal);
  addUpdate(node, terminal);
  addDeleteByAction(node, terminal, nodeResource, (api, name) =>
    api.send('DELETE /v1/nodes/{node}', { path: { node: name } }),
  );
  addHealing(node, terminal);
  addNodeOperation(node, terminal);
  addNodeHealing(node, terminal);
  return node;
}

interface CreateOptions extends WaitOption {
  readonly profile: string;
  readonly cluster?: string;
  readonly role?: string;
  readonly metadata?: Record<string, string>;
}

interface ChangeOptions extends WaitOption {
  readonly name?: string;
  readonly profile?: string;
  readonly role?: string;
  readonly metadata?: Record<string, string>;
}

function addCreate(node: Command, terminal: Terminal): void {
  node
    .command('create <name>')
    .description('Create a node, in a cluster or on its own.')
    .requiredOption('-p, --profile <profile>', 'what it is made from')
    .option('-c, --cluster <cluster>', 'the cluster that it joins')
    .option('--role <role>', 'a word for what it does in the cluster')
    .option('--metadata <key=value>', 'kept with the node; may be given again', keyValue)
    .option(WAIT_FLAG, WAIT_TEXT)
    .addHelpText(
      'after',
      '\nExample:\n  $ coppice node create web-extra --profile web-server --cluster web --wait',
    )
    .action(async (name: string, options: CreateOptions, command: Command) => {
      const { profile, cluster, role, metadata, wait } = options;
      const values = given({ cluster_id: cluster, role, metadata });
      await changeByAction(command, terminal, {
        resource: nodeResource,
        request: (api) =>
          api.send('POST /v1/nodes', { body: { node: { name, profile_id: profile, ...values } } }),
        objectIn: (body) => body.node,
        isNew: true,
        name,
        wait,
      });
    });
}

function addUpdate(node: Command, terminal: Terminal): void {
  node
    .command('update <node>')
    .description('Change the name, profile, role or metadata of a node.')
    .option('--name <name>', 'new name')
    .option(
      '-p, --profile <profile>',
      'new profile: the node is changed where it is if it can, else made again',
    )
    .option('--role <role>', 'new role')
    .option('--metadata <key=value>', 'new metadata; may be given again', keyValue)
    .option(WAIT_FLAG, WAIT_TEXT)
    .addHelpText(
      'after',
      exampleText('node update web-3 --role canary', 'node update web-3 --profile web-large --wait'),
    )
    .action(async (nameOrId: string, options: ChangeOptions, command: Command) => {
      const { name, profile, role, metadata, wait } = options;
      const values = given({ name, profile_id: profile, role, metadata });
      if (Object.keys(values).length === 0)
        throw usageError('nothing to change: give --name, --profile, --role or --metadata');
      await changeByAction(command, terminal, {
        resource: nodeResource,
        request: (api) =>
          api.send('PATCH /v1/nodes/{node}', { path: { node: nameOrId }, body: { node: values } }),
        objectIn: (body) => body.node,
        isNew: false,
        name,
        wait,
      });
    });
}

const operation = 'POST /v1/nodes/{node}/actions';

/** Requests the action of a node that the options name. */
function requestAction<T>(bodyOf: (options: T) => RequestOf<typeof operation>['body']) {
  return (api: ApiClient, node: string, options: T): Promise<ApiAnswer<typeof operation>> =>
    api.send(operation, { path: { node }, body: bodyOf(options) });
}

function addHealing(node: Command, terminal: Terminal): void {
  node
    .command('check <node>')
    .description('Probe the node now, and record its health.')
    .option(WAIT_FLAG, WAIT_TEXT)
    .addHelpText('after', exampleText('node check web-3 --wait'))
    .action(
      actionOn(
        terminal,
        requestAction(() => ({ check: {} })),
      ),
    );
  const recover = node
    .command('recover <node>')
    .description('Recover the node: by the chain of the health policy of its cluster, or by one operation.');
  withRecoverOptions(recover, 'probe the node first, and skip it if it is healthy')
    .addHelpText(
      'after',
      '\nExamples:\n  $ coppice node recover web-3 --wait\n  $ coppice node recover web-3 --operation REBOOT --param type=SOFT --wait',
    )
    .action(
      actionOn(
        terminal,
        requestAction((options: RecoverOptions) => ({ recover: recoverBody(options) })),
      ),
    );
}
