/** `coppice action ...` */
import { Command } from 'commander';
import { addList, addShow, exampleText, printObject } from './resource.ts';
import { actionResource } from './resources.ts';
import { openSession } from '../client/session.ts';
import { WAIT_FLAG } from './started-action.ts';
import type { WaitOption } from './started-action.ts';
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
    .option(WAIT_FLAG, 'wait until it has ended')
    .addHelpText('after', '\nExample:\n  $ coppice action cancel 7fcf1201 --wait')
    .action(async (id: string, options: WaitOption, command: Command) => {
      const session = openSession(command, terminal);
      const body = { action: { status: 'CANCELLED' } };
      await session.api.send('PATCH /v1/actions/{action}', { path: { action: id }, body });
      const now = await actionResource.show(session.api, id);
      const shown = options.wait === true ? await waitForAction(session.api, now.id) : now;
      printObject(session, actionResource, shown);
    });
}
