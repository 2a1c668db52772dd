/** `coppice action ...` */
import { Command } from 'commander';
import { addList, addShow, exampleText, printObject } from './resource.ts';
import { actionResource } from './resources.ts';
import type { ListedAction } from './resources.ts';
import { openSession } from '../client/session.ts';
import type { CliSession } from '../client/session.ts';
import { WAIT_FLAG } from './started-action.ts';
import type { WaitOption } from './started-action.ts';
import type { Hint } from '../rendering/hints.ts';
import type { Terminal } from '../rendering/terminal.ts';
import { waitForAction } from '../client/wait-for-action.ts';

/** An action is shown soon after it ran: the recovery is among the latest of its node. */
const latestRecoveries = 200;

export function actionCommand(terminal: Terminal): Command {
  const action = new Command('action')
    .description('What was requested, and its result.')
    .addHelpText('after', exampleText('action list --action NODE_RECOVER', 'action show 7fcf1201'));
  addList(action, terminal, actionResource, [
    { flags: '--target <node>', key: 'target', description: 'on this node or cluster itself' },
    { flags: '-c, --cluster <cluster>', key: 'cluster_id', description: 'of this cluster and its nodes' },
    { flags: '--action <name>', key: 'action', description: 'NODE_RECOVER, CLUSTER_CREATE, ...' },
    { flags: '--status <status>', key: 'status', description: 'RUNNING, SUCCEEDED, FAILED, ...' },
  ]);
  addShow(action, terminal, actionResource, recoveryHint);
  addCancel(action, terminal);
  return action;
}

/** The recovery that a NODE_RECOVER carries out has its timeline. */
async function recoveryHint(
  { api, typed }: CliSession,
  { action, id, target }: ListedAction,
): Promise<Hint[]> {
  if (action !== 'NODE_RECOVER') return [];
  const query = { node: target, limit: latestRecoveries };
  const recoveries = await api.read('GET /v1/recoveries', 'recoveries', { query }).catch(() => []);
  const found = recoveries.find((recovery) => recovery.action_id === id);
  return found === undefined
    ? []
    : [{ command: typed(`recovery show ${found.id}`), what: 'what was decided and done' }];
}

function addCancel(action: Command, terminal: Terminal): void {
  action
    .command('cancel <action>')
    .description('Cancel an action; what it has begun is completed first.')
    .option(WAIT_FLAG, 'wait until it has ended')
    .addHelpText('after', '\nExample:\n  $ coppice action cancel 7fcf1201 --wait')
    .action(async (id: string, options: WaitOption, command: Command) => {
      const session = openSession(command, terminal);
      const body = { action: { status: 'CANCELLED' } };
      await session.api.send('PATCH /v1/actions/{action}', { path: { action: id }, body });
      const now = await actionResource.show(session.api, id);
      const shown = options.wait === true ? await waitForAction(session, now.id) : now;
      await printObject(session, actionResource, shown);
    });
}
