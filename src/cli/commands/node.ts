/** `coppice node ...` */
import { Command } from 'commander';
import type { JsonObject } from '../../domain/json.ts';
import { usageError } from '../cli-error.ts';
import { addNodeHealing } from './healing.ts';
import { given, keyValue } from '../option-values.ts';
import { recoverInputs, withRecoverOptions } from './recover-options.ts';
import { addList, addShow, exampleText } from './resource.ts';
import { nodeResource } from './resources.ts';
import type { Session } from '../client/session.ts';
import {
  actionOn,
  addDeleteByAction,
  changeByAction,
  WAIT_FLAG,
  WAIT_TEXT,
} from '../client/started-action.ts';
import type { WaitOption } from '../client/started-action.ts';
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
    withClusterNames,
  );
  addShow(node, terminal, nodeResource, { show_details: true });
  addCreate(node, terminal);
  addUpdate(node, terminal);
  addDeleteByAction(node, terminal, nodeResource);
  addHealing(node, terminal);
  addNodeHealing(node, terminal);
  return node;
}

/** Nodes name their cluster by its id; people know its name. */
async function withClusterNames({ api }: Session, nodes: readonly JsonObject[]): Promise<JsonObject[]> {
  const clusters = await api.list('/v1/clusters', 'clusters');
  const names = new Map(clusters.map((cluster) => [cluster['id'], cluster['name']]));
  return nodes.map((node) => ({
    ...node,
    cluster_name: names.get(node['cluster_id']) ?? node['cluster_id'] ?? null,
  }));
}

interface ChangeOptions extends WaitOption {
  readonly name?: string;
  readonly profile?: string;
  readonly cluster?: string;
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
    .action(async (name: string, options: ChangeOptions, command: Command) => {
      const { profile, cluster, role, metadata, wait } = options;
      const values = given({ name, profile_id: profile, cluster_id: cluster, role, metadata });
      await changeByAction(command, terminal, { resource: nodeResource, method: 'POST', values, wait });
    });
}

function addUpdate(node: Command, terminal: Terminal): void {
  node
    .command('update <node>')
    .description('Change the name, profile, role or metadata of a node.')
    .option('--name <name>', 'new name')
    .option('-p, --profile <profile>', 'new profile')
    .option('--role <role>', 'new role')
    .option('--metadata <key=value>', 'new metadata; may be given again', keyValue)
    .option(WAIT_FLAG, WAIT_TEXT)
    .addHelpText('after', exampleText('node update web-3 --role canary'))
    .action(async (nameOrId: string, options: ChangeOptions, command: Command) => {
      const { name, profile, role, metadata, wait } = options;
      const values = given({ name, profile_id: profile, role, metadata });
      if (Object.keys(values).length === 0)
        throw usageError('nothing to change: give --name, --profile, --role or --metadata');
      await changeByAction(command, terminal, {
        resource: nodeResource,
        method: 'PATCH',
        nameOrId,
        values,
        wait,
      });
    });
}

function addHealing(node: Command, terminal: Terminal): void {
  node
    .command('check <node>')
    .description('Look at the node now, and record how it is.')
    .option(WAIT_FLAG, WAIT_TEXT)
    .addHelpText('after', exampleText('node check web-3 --wait'))
    .action(actionOn(terminal, nodeResource, 'check', () => ({})));
  const recover = node
    .command('recover <node>')
    .description('Recover the node: by the chain of the health policy of its cluster, or by one operation.');
  withRecoverOptions(recover, 'look at the node first, and leave it alone if it is well')
    .addHelpText(
      'after',
      '\nExamples:\n  $ coppice node recover web-3 --wait\n  $ coppice node recover web-3 --operation REBOOT --param type=SOFT --wait',
    )
    .action(actionOn(terminal, nodeResource, 'recover', recoverInputs));
}
