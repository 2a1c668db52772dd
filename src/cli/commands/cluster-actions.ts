/** `coppice cluster check | recover | resize | scale-in | scale-out` */
import type { Command } from 'commander';
import type { ApiAnswer, ApiClient } from '../../client/api-client.ts';
import { usageError } from '../cli-error.ts';
import { given, signedNumber, wholeNumber } from '../option-values.ts';
import { recoverBody, withRecoverOptions } from './recover-options.ts';
import type { RecoverOptions } from './recover-options.ts';
import {
  carryOutOrPlan,
  withPlanOptions,
  type ClusterActionBody,
  type PlanOptions,
} from './planned-action.ts';
import { exampleText } from './resource.ts';
import { actionOn, WAIT_FLAG, WAIT_TEXT } from './started-action.ts';
import type { Terminal } from '../rendering/terminal.ts';

export function addClusterActions(cluster: Command, terminal: Terminal): void {
  cluster
    .command('check <cluster>')
    .description('Probe every node now, and record its health.')
    .option(WAIT_FLAG, WAIT_TEXT)
    .addHelpText('after', exampleText('cluster check web --wait'))
    .action(
      actionOn(
        terminal,
        requestAction(() => ({ check: {} })),
      ),
    );
  const recover = cluster
    .command('recover <cluster>')
    .description(
      'Recover the nodes that are not healthy: by the chain of the health policy, or by one operation.',
    );
  withRecoverOptions(recover, 'probe the nodes first')
    .addHelpText(
      'after',
      '\nExamples:\n  $ coppice cluster recover web --check --wait\n  $ coppice cluster recover web --operation REBOOT --param type=SOFT --wait',
    )
    .action(
      actionOn(
        terminal,
        requestAction((options: RecoverOptions) => ({ recover: recoverBody(options) })),
      ),
    );
  addSizing(cluster, terminal);
}

const operation = 'POST /v1/clusters/{cluster}/actions';

/** Requests the action of a cluster that the options name. */
function requestAction<T>(bodyOf: (options: T) => ClusterActionBody) {
  return (api: ApiClient, cluster: string, options: T): Promise<ApiAnswer<typeof operation>> =>
    api.send(operation, { path: { cluster }, body: bodyOf(options) });
}

interface ResizeOptions extends PlanOptions {
  readonly capacity?: number;
  readonly adjust?: number;
  readonly percent?: number;
  readonly minSize?: number;
  readonly maxSize?: number;
  readonly minStep?: number;
  readonly strict?: boolean;
}

function addSizing(cluster: Command, terminal: Terminal): void {
  const resize = cluster
    .command('resize <cluster>')
    .description('Change how many nodes a cluster has, or may have.')
    .option('-n, --capacity <number>', 'to so many nodes', wholeNumber(0))
    .option('--adjust <number>', 'by so many nodes: 2 or -2', signedNumber)
    .option('--percent <number>', 'by so many percent: 50 or -50', signedNumber)
    .option('--min-size <number>', 'never fewer nodes', wholeNumber(0))
    .option('--max-size <number>', 'never more nodes; -1 for no limit', wholeNumber(-1))
    .option('--min-step <number>', 'with --percent: at least so many nodes', wholeNumber(0))
    .option('--strict', 'refuse what the limits do not allow, instead of going as far as they do')
    .addHelpText(
      'after',
      exampleText('cluster resize web --capacity 8 --plan', 'cluster resize web --adjust -2 --wait'),
    )
    .action(async (name: string, options: ResizeOptions, command: Command) => {
      await carryOutOrPlan(command, terminal, name, { resize: resizeInputs(options) }, options);
    });
  withPlanOptions(resize);
  for (const [name, action, word] of [
    ['scale-in', 'scale_in', 'Remove'],
    ['scale-out', 'scale_out', 'Add'],
  ] as const) {
    const scale = cluster
      .command(`${name} <cluster>`)
      .description(`${word} nodes: one, or as many as the scaling policy or --count requires.`)
      .option('--count <number>', 'so many nodes', wholeNumber(1))
      .addHelpText('after', exampleText(`cluster ${name} web --count 2 --wait`, `cluster ${name} web --plan`))
      .action(async (named: string, options: PlanOptions & { count?: number }, command: Command) => {
        const body = { [action]: given({ count: options.count }) };
        await carryOutOrPlan(command, terminal, named, body, options);
      });
    withPlanOptions(scale);
  }
}

function resizeInputs(options: ResizeOptions): NonNullable<ClusterActionBody['resize']> {
  const changes = [
    { adjustment_type: 'EXACT_CAPACITY', number: options.capacity },
    { adjustment_type: 'CHANGE_IN_CAPACITY', number: options.adjust },
    { adjustment_type: 'CHANGE_IN_PERCENTAGE', number: options.percent },
  ] as const;
  const requested = changes.filter((change) => change.number !== undefined);
  if (requested.length > 1) throw usageError('give one of --capacity, --adjust and --percent, not several');
  const { minSize, maxSize, minStep, strict } = options;
  const inputs = given({ ...requested[0], min_size: minSize, max_size: maxSize, min_step: minStep });
  if (Object.keys(inputs).length === 0)
    throw usageError('nothing to change: give --capacity, --adjust, --percent, --min-size or --max-size');
  // The API is strict where nothing is said.
  return { ...inputs, strict: strict === true };
}
