/** `coppice cluster policies | policy-attach | policy-update | policy-detach` */
import type { Command } from 'commander';
import type { JsonObject } from '../../domain/json.ts';
import { usageError } from '../cli-error.ts';
import { exampleText, pathOf, statusColumn, textColumn } from './resource.ts';
import { clusterResource } from './resources.ts';
import { openSession, writeJson } from '../client/session.ts';
import { startAction, WAIT_FLAG, WAIT_TEXT } from '../client/started-action.ts';
import type { WaitOption } from '../client/started-action.ts';
import { renderTable } from '../rendering/table.ts';
import type { Terminal } from '../rendering/terminal.ts';

export function addClusterPolicies(cluster: Command, terminal: Terminal): void {
  cluster
    .command('policy-attach <cluster> <policy>')
    .description('Attach a policy: from then on it holds for the cluster.')
    .option('--disabled', 'attach it, but let it rest')
    .option(WAIT_FLAG, WAIT_TEXT)
    .addHelpText('after', '\nExample:\n  $ coppice cluster policy-attach web web-health --wait')
    .action(
      policyRunner(terminal, 'policy_attach', (options: WaitOption & { disabled?: boolean }) => ({
        enabled: options.disabled !== true,
      })),
    );
  cluster
    .command('policy-update <cluster> <policy>')
    .description('Let an attached policy rest (--disable), or hold again (--enable).')
    .option('--enable', 'let it hold again')
    .option('--disable', 'let it rest')
    .option(WAIT_FLAG, WAIT_TEXT)
    .addHelpText('after', exampleText('cluster policy-update web web-health --disable --wait'))
    .action(policyRunner(terminal, 'policy_update', enabledInput));
  cluster
    .command('policy-detach <cluster> <policy>')
    .description('Detach a policy.')
    .option(WAIT_FLAG, WAIT_TEXT)
    .addHelpText('after', exampleText('cluster policy-detach web web-health --wait'))
    .action(policyRunner(terminal, 'policy_detach', () => ({})));
  cluster
    .command('policies <cluster>')
    .description('List the policies that are attached to a cluster.')
    .addHelpText('after', exampleText('cluster policies web'))
    .action(async (nameOrId: string, _options: object, command: Command) => {
      await listPolicies(command, terminal, nameOrId);
    });
}

function enabledInput(options: WaitOption & { enable?: boolean; disable?: boolean }): JsonObject {
  if ((options.enable === true) === (options.disable === true))
    throw usageError('give one of --enable and --disable');
  return { enabled: options.enable === true };
}

function policyRunner<T extends WaitOption>(
  terminal: Terminal,
  action: string,
  inputsOf: (options: T) => JsonObject,
): (cluster: string, policy: string, options: T, command: Command) => Promise<void> {
  return async (nameOrId, policy, options, command) => {
    const inputs = { policy_id: policy, ...inputsOf(options) };
    const target = { resource: clusterResource, nameOrId };
    await startAction(command, terminal, target, { action, inputs, wait: options.wait });
  };
}

const bindingColumns = [
  textColumn('POLICY', 'policy_name'),
  textColumn('TYPE', 'policy_type'),
  statusColumn('ENABLED', 'enabled'),
  textColumn('PRIORITY', 'priority'),
  textColumn('POLICY ID', 'policy_id'),
];

async function listPolicies(command: Command, terminal: Terminal, nameOrId: string): Promise<void> {
  const session = openSession(command, terminal);
  const bindings = await session.api.list(
    `${pathOf(clusterResource, nameOrId)}/policies`,
    'cluster_policies',
  );
  if (session.json) {
    writeJson(terminal, bindings);
  } else if (bindings.length === 0) {
    terminal.write('No policies are attached.\n');
  } else {
    const header = bindingColumns.map((column) => column.header);
    const rows = bindings.map((binding) =>
      bindingColumns.map((column) => column.cell(binding, terminal.now())),
    );
    terminal.write(renderTable(header, rows, session.style));
  }
}
