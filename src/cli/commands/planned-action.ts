/** Actions on a cluster that can be planned: carried out, or shown with `--plan`. */
import type { Command } from 'commander';
import type { RequestOf } from '../../client/api-client.ts';
import { openSession, writeJson, writeProse, type CliSession } from '../client/session.ts';
import { planLines } from '../rendering/action-result.ts';
import type { Terminal } from '../rendering/terminal.ts';
import { startAction, WAIT_FLAG, WAIT_TEXT, type WaitOption } from './started-action.ts';

const operation = 'POST /v1/clusters/{cluster}/actions';

export type ClusterActionBody = RequestOf<typeof operation>['body'];

export interface PlanOptions extends WaitOption {
  readonly plan?: boolean;
}

export const PLAN_FLAG = '--plan';
export const PLAN_TEXT = 'show which nodes it would take and why, and change nothing';

export function withPlanOptions(command: Command): Command {
  return command.option(PLAN_FLAG, PLAN_TEXT).option(WAIT_FLAG, WAIT_TEXT);
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
  printPlan(session, answer.body);
}

interface PlanAnswer {
  readonly plan: Parameters<typeof planLines>[0];
}

/** What an action would do. */
export function printPlan(session: CliSession, { plan }: PlanAnswer): void {
  if (session.json) writeJson(session.terminal, plan);
  else writeProse(session, planLines(plan, 'PLANNED'));
}
