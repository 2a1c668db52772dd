/** `coppice cluster policies | policy-attach | policy-update | policy-detach` */
import type { Command } from 'commander';
import type { RequestOf } from '../../client/api-client.ts';
import type { Schemas } from '../../client/api-types.ts';
import { usageError } from '../cli-error.ts';
import { exampleText, idCell, leftOut, printRows, statusColumn, textColumn } from './resource.ts';
import type { Column } from './resource.ts';
import { openSession, writeJson } from '../client/session.ts';
import { startAction, WAIT_FLAG, WAIT_TEXT } from './started-action.ts';
import type { WaitOption } from './started-action.ts';
import type { Terminal } from '../rendering/terminal.ts';

export function addClusterPolicies(cluster: Command, terminal: Terminal): void {
  cluster
    .command('policy-attach <cluster> <policy>')
    .description('Attach a policy: from then on it holds for the cluster.')
    .option('--disabled', 'attach it, but disabled')
    .option(WAIT_FLAG, WAIT_TEXT)
    .addHelpText('after', '\nExample:\n  $ coppice cluster policy-attach web web-health --wait')
    .action(
      policyRunner(terminal, (policy, options: WaitOption & { disabled?: boolean }) => ({
        policy_attach: { policy_id: policy, enabled: options.disabled !== true },
      })),
    );
  cluster
    .command('policy-update <cluster> <policy>')
    .description('Disable or enable an attached policy.')
    .option('--enable', 'let it hold again')
    .option('--disable', 'disable it')
    .option(WAIT_FLAG, WAIT_TEXT)
    .addHelpText('after', exampleText('cluster policy-update web web-health --disable --wait'))
    .action(
      policyRunner(terminal, (policy, options: EnableOptions) => ({
        policy_update: { policy_id: policy, enabled: isToBeEnabled(options) },
      })),
    );
  cluster
    .command('policy-detach <cluster> <policy>')
    .description('Detach a policy.')
    .option(WAIT_FLAG, WAIT_TEXT)
    .addHelpText('after', exampleText('cluster policy-detach web web-health --wait'))
    .action(policyRunner(terminal, (policy) => ({ policy_detach: { policy_id: policy } })));
  cluster
    .command('policies <cluster>')
    .description('List the policies that are attached to a cluster.')
    .addHelpText('after', exampleText('cluster policies web'))
    .action(async (nameOrId: string, _options: object, command: Command) => {
      await listPolicies(command, terminal, nameOrId);
    });
}

interface EnableOptions extends WaitOption {
  readonly enable?: boolean;
  readonly disable?: boolean;
}

function isToBeEnabled(options: EnableOptions): boolean {
  if ((options.enable === true) === (options.disable === true))
    throw usageError('give one of --enable and --disable');
  return options.enable === true;
}

type ActionBody = RequestOf<'POST /v1/clusters/{cluster}/actions'>['body'];

function policyRunner<T extends WaitOption>(
  terminal: Terminal,
  bodyOf: (policy: string, options: T) => ActionBody,
): (cluster: string, policy: string, options: T, command: Command) => Promise<void> {
  return async (cluster, policy, options, command) => {
    const body = bodyOf(policy, options);
    await startAction(
      command,
      terminal,
      (api) => api.send('POST /v1/clusters/{cluster}/actions', { path: { cluster }, body }),
      options.wait,
    );
  };
}

const bindingColumns: readonly Column<Schemas['ClusterPolicy']>[] = [
  textColumn('POLICY', 'policy_name'),
  textColumn('TYPE', 'policy_type'),
  statusColumn('ENABLED', 'enabled'),
  leftOut(1, textColumn('PRIORITY', 'priority')),
  { header: 'POLICY ID', cell: ({ policy_id: id }) => idCell(id) },
];

async function listPolicies(command: Command, terminal: Terminal, cluster: string): Promise<void> {
  const session = openSession(command, terminal);
  const bindings = await session.api.read('GET /v1/clusters/{cluster}/policies', 'cluster_policies', {
    path: { cluster },
  });
  if (session.json) writeJson(terminal, bindings);
  else if (bindings.length === 0) terminal.write('No policies are attached.\n');
  else printRows(session, bindingColumns, bindings);
}
