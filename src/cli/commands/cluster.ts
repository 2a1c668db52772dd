/** `coppice cluster ...` */
import { Command } from 'commander';
import type { Schemas } from '../../client/api-types.ts';
import { usageError } from '../cli-error.ts';
import { addClusterActions } from './cluster-actions.ts';
import { addMembers } from './cluster-members.ts';
import { addClusterOperation } from './operations.ts';
import { addClusterPolicies } from './cluster-policies.ts';
import { addClusterHealing } from './healing.ts';
import { given, keyValue, wholeNumber } from '../option-values.ts';
import { openSession } from '../client/session.ts';
import { PLAN_FLAG, printPlan } from './planned-action.ts';
import { clusterResource, healthFilter } from './resources.ts';
import { addList, addShow, exampleText } from './resource.ts';
import { changeByAction, WAIT_FLAG, WAIT_TEXT } from './started-action.ts';
import { addDeleteByAction } from './deletion.ts';
import type { Terminal } from '../rendering/terminal.ts';

export function clusterCommand(terminal: Terminal): Command {
  const cluster = new Command('cluster')
    .description('Groups of nodes of one profile, kept as large as they should be.')
    .addHelpText(
      'after',
      exampleText(
        'cluster create web --profile web-server --size 5 --wait',
        'cluster policy-attach web web-health',
        'cluster health web',
      ),
    );
  addList(
    cluster,
    terminal,
    clusterResource,
    [
      { flags: '--name <name>', key: 'name', description: 'with this name' },
      { flags: '--status <status>', key: 'status', description: 'in this status: ACTIVE, ERROR, ...' },
    ],
    [healthFilter],
  );
  addShow(cluster, terminal, clusterResource);
  addCreate(cluster, terminal);
  addUpdate(cluster, terminal);
  addDeleteByAction(cluster, terminal, clusterResource, (api, name) =>
    api.send('DELETE /v1/clusters/{cluster}', { path: { cluster: name } }),
  );
  addClusterActions(cluster, terminal);
  addMembers(cluster, terminal);
  addClusterOperation(cluster, terminal);
  addClusterHealing(cluster, terminal);
  addClusterPolicies(cluster, terminal);
  return cluster;
}

interface CreateOptions {
  readonly profile: string;
  readonly size: number;
  readonly minSize?: number;
  readonly maxSize?: number;
  readonly timeout?: number;
  readonly metadata?: Record<string, string>;
  readonly config?: Record<string, string>;
  readonly wait?: boolean;
}

function addCreate(cluster: Command, terminal: Terminal): void {
  cluster
    .command('create <name>')
    .description('Create a cluster and its nodes.')
    .requiredOption('-p, --profile <profile>', 'what the nodes are made from')
    .option('-n, --size <number>', 'how many nodes it should have', wholeNumber(0), 0)
    .option('--min-size <number>', 'never fewer nodes', wholeNumber(0))
    .option('--max-size <number>', 'never more nodes; -1 for no limit', wholeNumber(-1))
    .option('--timeout <seconds>', 'how long an action of the cluster may take', wholeNumber(1))
    .option('--metadata <key=value>', 'kept with the cluster; may be given again', keyValue)
    .option('--config <key=value>', 'for example node.name.format=web-$I', keyValue)
    .option(WAIT_FLAG, WAIT_TEXT)
    .addHelpText('after', '\nExample:\n  $ coppice cluster create web --profile web-server --size 5 --wait')
    .action(async (name: string, options: CreateOptions, command: Command) => {
      const values = {
        name,
        profile_id: options.profile,
        desired_capacity: options.size,
        ...given({
          min_size: options.minSize,
          max_size: options.maxSize,
          timeout: options.timeout,
          metadata: options.metadata,
          config: options.config,
        }),
      };
      await changeByAction(command, terminal, {
        resource: clusterResource,
        request: (api) => api.send('POST /v1/clusters', { body: { cluster: values } }),
        objectIn: (body) => body.cluster,
        isNew: true,
        name,
        wait: options.wait,
      });
    });
}

const update = 'PATCH /v1/clusters/{cluster}';

interface UpdateOptions {
  readonly name?: string;
  readonly profile?: string;
  readonly timeout?: number;
  readonly metadata?: Record<string, string>;
  readonly plan?: boolean;
  readonly wait?: boolean;
}

function addUpdate(cluster: Command, terminal: Terminal): void {
  cluster
    .command('update <cluster>')
    .description('Change the name, profile, timeout or metadata of a cluster.')
    .option('--name <name>', 'new name')
    .option(
      '-p, --profile <profile>',
      'new profile, for all of its nodes: one after the other, or as its batch policy says',
    )
    .option('--timeout <seconds>', 'how long an action of the cluster may take', wholeNumber(1))
    .option('--metadata <key=value>', 'new metadata; may be given again', keyValue)
    .option(PLAN_FLAG, 'with --profile: show which nodes it would change, and how, and change nothing')
    .option(WAIT_FLAG, WAIT_TEXT)
    .addHelpText(
      'after',
      '\nExamples:\n  $ coppice cluster update web --timeout 600\n  $ coppice cluster update web --profile web-large --plan\n  $ coppice cluster update web --profile web-large --wait',
    )
    .action(async (nameOrId: string, options: UpdateOptions, command: Command) => {
      const { name, profile, timeout, metadata, plan, wait } = options;
      const values = given({ name, profile_id: profile, timeout, metadata });
      if (Object.keys(values).length === 0)
        throw usageError('nothing to change: give --name, --profile, --timeout or --metadata');
      const request = { path: { cluster: nameOrId }, body: { cluster: values } };
      if (plan === true) {
        const session = openSession(command, terminal);
        const answer = await session.api.send(update, { ...request, query: { dry_run: true } });
        return printPlan(session, answer.body);
      }
      await changeByAction(command, terminal, {
        resource: clusterResource,
        request: (api) => api.send(update, request),
        objectIn: (body) => (body as unknown as { readonly cluster: Schemas['Cluster'] }).cluster,
        isNew: false,
        name,
        wait,
      });
    });
}
