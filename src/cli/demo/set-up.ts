/** Creates a demo's cluster through the API like any client: workflows, profile, health policy, nodes. */
import { setTimeout as delay } from 'node:timers/promises';
import { CliError } from '../cli-error.ts';
import { throwIfFailed } from '../client/report-action.ts';
import { untilEnded } from '../client/wait-for-action.ts';
import { clusterName, readNodes, type DemoNode } from './demo-node.ts';
import type { Stage } from './stage.ts';
import type { Surroundings } from './story.ts';

const answerWithinMs = 30_000;
const pollMs = 100;

/** What nodes are read through, and asked with. */
export interface Play {
  readonly stage: Stage;
  readonly surroundings: Surroundings;
  readonly signal: AbortSignal;
}

/** @returns its nodes, all of them healthy. */
export async function setUpCluster(play: Play): Promise<DemoNode[]> {
  const { api } = play.stage;
  const plan = await play.surroundings.cluster();
  for (const text of plan.workflows) await api.send('POST /v2/workflows', { body: text });
  const profile = await api.read('POST /v1/profiles', 'profile', {
    body: { profile: { name: 'web-server', spec: plan.profile } },
  });
  const policy = await api.read('POST /v1/policies', 'policy', {
    body: { policy: { name: 'web-health', spec: plan.policy } },
  });
  const created = await api.send('POST /v1/clusters', {
    body: {
      cluster: {
        name: clusterName,
        profile_id: profile.id,
        desired_capacity: plan.size,
        config: { 'node.name.format': `${clusterName}-$I` },
      },
    },
  });
  await succeeded(play.stage, created.actionId);
  const nodes = await untilAllAnswer(play, plan.size);
  const attached = await api.send('POST /v1/clusters/{cluster}/actions', {
    path: { cluster: clusterName },
    body: { policy_attach: { policy_id: policy.id, enabled: true } },
  });
  await succeeded(play.stage, attached.actionId);
  return nodes;
}

async function succeeded({ api }: Stage, actionId: string | undefined): Promise<void> {
  if (actionId === undefined) throw new CliError('the server named no action');
  throwIfFailed(await untilEnded(api, actionId));
}

/** `web-1 ACTIVE and answers, web-2 ERROR and does not answer` */
function describeNodes(nodes: readonly DemoNode[], answers: readonly boolean[]): string {
  const found = nodes.map(
    ({ name, status }, at) => `${name} ${status} and ${answers[at] === true ? 'answers' : 'does not answer'}`,
  );
  return found.length === 0 ? 'there is none' : found.join(', ');
}

/**
 * All nodes as they are once each is ACTIVE and answers: a process that was just started takes a moment to
 * listen.
 */
export async function untilAllAnswer(
  { stage, surroundings, signal }: Play,
  size: number,
): Promise<DemoNode[]> {
  const giveUp = performance.now() + answerWithinMs;
  for (;;) {
    const nodes = await readNodes(stage);
    const answers = await Promise.all(nodes.map((node) => surroundings.answers(node)));
    const areHealthy = answers.every(Boolean) && nodes.every((node) => node.status === 'ACTIVE');
    if (nodes.length === size && areHealthy) return nodes;
    if (performance.now() > giveUp)
      throw new CliError(
        `not all ${size} servers were up and answered within ${answerWithinMs / 1000} s: ${describeNodes(nodes, answers)}`,
      );
    await delay(pollMs, undefined, { signal });
  }
}
