/** `coppice cluster add-nodes | del-nodes | replace-nodes | complete-lifecycle` */
import type { Command } from 'commander';
import { usageError } from '../cli-error.ts';
import type { Terminal } from '../rendering/terminal.ts';
import { carryOutOrPlan, withPlanOptions, type PlanOptions } from './planned-action.ts';
import { exampleText } from './resource.ts';
import { WAIT_FLAG, WAIT_TEXT, type WaitOption } from './started-action.ts';

export function addMembers(cluster: Command, terminal: Terminal): void {
  withPlanOptions(cluster.command('add-nodes <cluster> <node...>'))
    .description('Let nodes that are in no cluster join this one.')
    .addHelpText('after', exampleText('cluster add-nodes web web-extra --wait'))
    .action(async (name: string, nodes: string[], options: PlanOptions, command: Command) => {
      await carryOutOrPlan(command, terminal, name, { add_nodes: { nodes } }, options);
    });
  withPlanOptions(
    cluster
      .command('del-nodes <cluster> <node...>')
      .option('--destroy', 'delete them; else they leave the cluster and go on to run'),
  )
    .description('Take nodes out of the cluster; a deletion policy decides what becomes of them.')
    .addHelpText('after', exampleText('cluster del-nodes web web-3 --destroy --wait'))
    .action(
      async (
        name: string,
        nodes: string[],
        options: PlanOptions & { destroy?: boolean },
        command: Command,
      ) => {
        const body = { del_nodes: { nodes, destroy_after_deletion: options.destroy === true } };
        await carryOutOrPlan(command, terminal, name, body, options);
      },
    );
  withPlanOptions(cluster.command('replace-nodes <cluster> <old=new...>'))
    .description('Let nodes that are in no cluster take the place of others, which leave it.')
    .addHelpText('after', exampleText('cluster replace-nodes web web-3=web-extra --wait'))
    .action(async (name: string, pairs: string[], options: PlanOptions, command: Command) => {
      const body = { replace_nodes: { nodes: Object.fromEntries(pairs.map(pairOf)) } };
      await carryOutOrPlan(command, terminal, name, body, options);
    });
  cluster
    .command('complete-lifecycle <cluster> <action>')
    .description('Let a node go that waits for the lifecycle hook of a deletion policy.')
    .option(WAIT_FLAG, WAIT_TEXT)
    .addHelpText('after', exampleText('cluster complete-lifecycle web 6444585a-e62c-47f6-bbfc-ba884fa4bf4f'))
    .action(async (name: string, action: string, options: WaitOption, command: Command) => {
      const body = { complete_lifecycle: { lifecycle_action_token: action } };
      await carryOutOrPlan(command, terminal, name, body, options);
    });
}

function pairOf(text: string): [string, string] {
  const [old = '', replacement = '', ...rest] = text.split('=');
  if (old === '' || replacement === '' || rest.length > 0)
    throw usageError(`expected a node and the one that takes its place, as web-3=web-extra; found ${text}`);
  return [old, replacement];
}
