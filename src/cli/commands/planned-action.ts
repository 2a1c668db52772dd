/** Actions on a cluster that can be planned: carried out, or shown with `--plan`. */
import type { Command } from 'commander';
import type { RequestOf } from '../../client/api-client.ts';
import { openSession } from '../client/session.ts';
import { planLines } from '../rendering/action-result.ts';
import type { Terminal } from '../rendering/terminal.ts';
import { startAction, WAIT_FLAG, WAIT_TEXT, type WaitOption } from './started-action.ts';

const operation = 'POST /v1/clusters/{cluster}/actions';

export type ClusterActionBody = RequestOf<typeof operation>['body'];

export interface PlanOptions extends WaitOption {
  readonly plan?: boolean;
}

export function withPlanOptions(command: Command): Command {
  return command
    .option('--plan', 'show which nodes it would take and why, and change nothing')
    .option(WAIT_FLAG, WAIT_TEXT);
}

/** Requests the action, or its plan. */
export async function carryOutOrPlan(
  command: Command,
  terminal: Terminal,
  cluster: string,
  body: ClusterActionBody,
  { plan, wait }: PlanOptions,
): Promise<void> {
  const request = { path: { cluster }, body };
  if (plan !== true) return await startAction(command, terminal, (api) => api.send(operation, request), wait);
  const session = openSession(command, terminal);
  const answer = await session.api.send(operation, { ...request, query: { dry_run: true } });
  const { plan: found } = answer.body as { plan: Parameters<typeof planLines>[0] };
  if (session.json) terminal.write(`${JSON.stringify(found, null, 2)}\n`);
  else terminal.write(`${planLines(found, 'PLANNED').join('\n')}\n`);
}
