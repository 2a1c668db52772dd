/** `coppice action ...` */
import { Command } from 'commander';
import { addList, addShow, exampleText, pathOf, printObject } from './resource.ts';
import { actionResource } from './resources.ts';
import { openSession } from '../client/session.ts';
import { WAIT_FLAG } from '../client/started-action.ts';
import type { WaitOption } from '../client/started-action.ts';
import { textOf } from '../rendering/text-of.ts';
import type { Terminal } from '../rendering/terminal.ts';
import { waitForAction } from '../client/wait-for-action.ts';

export function actionCommand(terminal: Terminal): Command {
  const action = new Command('action')
    .description('What was asked for, and what became of it.')
    .addHelpText('after', exampleText('action list --status RUNNING', 'action show 7fcf1201'));
  addList(action, terminal, actionResource, [
    { flags: '--target <id>', key: 'target', description: 'on the cluster or node with this id' },
    { flags: '-c, --cluster <cluster>', key: 'cluster_id', description: 'of this cluster and its nodes' },
    { flags: '--action <name>', key: 'action', description: 'CLUSTER_RECOVER, NODE_CREATE, ...' },
    { flags: '--status <status>', key: 'status', description: 'RUNNING, FAILED, ...' },
  ]);
  addShow(action, terminal, actionResource);
  addCancel(action, terminal);
  return action;
}

function addCancel(action: Command, terminal: Terminal): void {
  action
    .command('cancel <action>')
    .description('Ask an action to end; what it has begun is brought to an end first.')
    .option('--force', 'also where it does not react')
    .option(WAIT_FLAG, 'wait until it has ended')
    .addHelpText('after', '\nExample:\n  $ coppice action cancel 7fcf1201 --wait')
    .action(async (id: string, options: WaitOption & { force?: boolean }, command: Command) => {
      const session = openSession(command, terminal);
      const path = pathOf(actionResource, id);
      const query = options.force === true ? { force: true } : {};
      await session.api.send('PATCH', path, { query, body: { action: { status: 'CANCELLED' } } });
      const now = await session.api.one(path, 'action');
      printObject(
        session,
        actionResource,
        options.wait === true ? await waitForAction(session.api, textOf(now['id'])) : now,
      );
    });
}
