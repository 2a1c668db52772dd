/**
 * Follows the recovery of one node through the API, from its opening to its close, also while the server is
 * away.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Schemas } from '../../client/api-types.ts';
import { duration } from '../../domain/duration.ts';
import { UnreachableError } from '../../client/api-client.ts';
import { CliError } from '../cli-error.ts';
import { failureReason, failureText } from '../rendering/failure-text.ts';
import { shortTitle } from '../rendering/step-title.ts';
import { readTime } from '../rendering/times.ts';
import type { DemoEvent } from './narrator.ts';
import type { DemoNode } from './demo-node.ts';
import type { Stage } from './stage.ts';

type Recovery = Schemas['Recovery'];
type Step = Schemas['RecoveryStep'];

const pollMs = 80;
/**
 * Detection takes one round, a recovery of the demo ten seconds, and the start of a Coppice that was killed
 * as long again on a busy machine: more means that something is wrong.
 */
const closedWithinMs = 90_000;

export interface Followed {
  readonly stage: Stage;
  readonly node: DemoNode;
  /** When the failure was inflicted, in milliseconds since 1970. */
  readonly since: number;
  readonly narrate: (event: DemoEvent) => void;
  readonly signal: AbortSignal;
}

/**
 * @returns the closed recovery, with its steps and decisions. @throws CliError where it is not closed in
 * time.
 */
export async function followRecovery(followed: Followed): Promise<Recovery> {
  const { node, signal } = followed;
  const giveUp = performance.now() + closedWithinMs;
  const narrated = new Map<string, string>();
  for (;;) {
    const recovery = await readRecovery(followed);
    if (recovery !== undefined) narrateNews(recovery, narrated, followed);
    if (recovery !== undefined && recovery.state !== 'OPEN') return recovery;
    if (performance.now() > giveUp) {
      const waited = recovery === undefined ? 'was not opened' : 'was not closed';
      throw new CliError(
        `the recovery of ${node.name} ${waited} within ${duration(closedWithinMs)}: ${describeRecovery(recovery)}`,
      );
    }
    await delay(pollMs, undefined, { signal });
  }
}

/** What was seen of it last. */
export function describeRecovery(
  recovery: Pick<Recovery, 'state' | 'steps' | 'decisions'> | undefined,
): string {
  if (recovery === undefined) return 'the server named none, or did not answer';
  const step = recovery.steps.findLast(({ state }) => state !== 'PENDING');
  const decision = recovery.decisions.at(-1);
  const parts = [
    recovery.state,
    step === undefined
      ? 'no step was begun'
      : `last step ${shortTitle(step, recovery.steps)} ${step.state} (${step.reason})`,
    ...(decision === undefined ? [] : [`last decision ${decision.decision} (${decision.reason})`]),
  ];
  return `it is ${parts.join(', ')}`;
}

/** The one that followed the failure; undefined where there is none yet, or no server. */
export async function readRecovery({
  stage,
  node,
  since,
  signal,
}: Omit<Followed, 'narrate'>): Promise<Recovery | undefined> {
  try {
    const recoveries = await stage.api.read('GET /v1/recoveries', 'recoveries', {
      query: { node: node.id },
      signal,
    });
    const opened = recoveries.find((recovery) => openedAt(recovery) >= since);
    if (opened === undefined) return undefined;
    return await stage.api.read('GET /v1/recoveries/{recovery}', 'recovery', {
      path: { recovery: opened.id },
      signal,
    });
  } catch (error) {
    if (error instanceof UnreachableError) return undefined;
    throw error;
  }
}

function openedAt(recovery: Pick<Recovery, 'opened_at'>): number {
  return readTime(recovery.opened_at) ?? 0;
}

/** Narrates each opening, step and close once. */
function narrateNews(
  recovery: Recovery,
  narrated: Map<string, string>,
  { node, since, narrate }: Followed,
): void {
  const name = node.name;
  const isChange = (key: string, state: string): boolean => {
    const isNew = narrated.get(key) !== state;
    narrated.set(key, state);
    return isNew;
  };
  if (isChange('opened', '')) {
    const { failure } = recovery;
    const after = openedAt(recovery) - since;
    narrate({
      event: 'detected',
      node: name,
      class: failureText(failure),
      reason: failureReason(failure),
      after_ms: after,
    });
  }
  for (const [index, { decision, reason }] of recovery.decisions.entries()) {
    if (!isChange(`decision ${index}`, '')) continue;
    narrate({ event: 'decision', node: name, decision, reason });
  }
  for (const step of recovery.steps) {
    const state = step.state;
    if (state !== 'PENDING' && isChange(step.id, state)) narrate(stepEvent(step, recovery.steps, name));
  }
  const state = recovery.state;
  const closed = readTime(recovery.closed_at);
  if (closed !== undefined && isChange('closed', state)) {
    narrate({ event: 'closed', node: name, state, after_ms: closed - since });
  }
}

function stepEvent(step: Step, steps: readonly Step[], node: string): DemoEvent {
  const started = readTime(step.started_at);
  const ended = readTime(step.ended_at);
  return {
    event: 'step',
    node,
    step: shortTitle(step, steps),
    state: step.state,
    reason: step.reason,
    took_ms: started === undefined || ended === undefined ? null : ended - started,
  };
}
