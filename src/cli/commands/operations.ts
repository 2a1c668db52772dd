/** `coppice node op` and `coppice cluster op`: operations of the profile type. */
import type { Command } from 'commander';
import { given, keyValue } from '../option-values.ts';
import type { Terminal } from '../rendering/terminal.ts';
import { exampleText } from './resource.ts';
import { startAction, WAIT_FLAG, WAIT_TEXT, type WaitOption } from './started-action.ts';

interface OperationOptions extends WaitOption {
  readonly param?: Readonly<Record<string, string>>;
}

interface ClusterOperationOptions extends OperationOptions {
  readonly role?: string;
  readonly status?: string;
  readonly name?: string;
}

const PARAM_TEXT = 'a parameter of the operation; may be given again';

export function addNodeOperation(node: Command, terminal: Terminal): void {
  node
    .command('op <node> <operation>')
    .description('Run an operation of its profile type: reboot, stop, start, lock, ...')
    .option('--param <key=value>', PARAM_TEXT, keyValue)
    .option(WAIT_FLAG, WAIT_TEXT)
    .addHelpText('after', exampleText('node op web-3 reboot --param type=SOFT --wait'))
    .action(async (name: string, operation: string, options: OperationOptions, command: Command) => {
      const body = { [operation]: { ...options.param } };
      await startAction(
        command,
        terminal,
        (api) => api.send('POST /v1/nodes/{node}/ops', { path: { node: name }, body }),
        options.wait,
      );
    });
}

export function addClusterOperation(cluster: Command, terminal: Terminal): void {
  cluster
    .command('op <cluster> <operation>')
    .description('Run an operation of the profile type on all nodes, or on those that match.')
    .option('--param <key=value>', PARAM_TEXT, keyValue)
    .option('--role <role>', 'nodes with this role')
    .option('--status <status>', 'nodes in this status')
    .option('--name <name>', 'the node with this name')
    .option(WAIT_FLAG, WAIT_TEXT)
    .addHelpText('after', exampleText('cluster op web reboot --param type=SOFT --role spare --wait'))
    .action(async (name: string, operation: string, options: ClusterOperationOptions, command: Command) => {
      const { param = {}, role, status, name: nodeName } = options;
      const body = { [operation]: { params: param, filters: given({ role, status, name: nodeName }) } };
      await startAction(
        command,
        terminal,
        (api) => api.send('POST /v1/clusters/{cluster}/ops', { path: { cluster: name }, body }),
        options.wait,
      );
    });
}
