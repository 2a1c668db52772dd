/** Kills Coppice during a step, and starts it again. */
import { setTimeout as delay } from 'node:timers/promises';
import { CliError } from '../cli-error.ts';
import { textOf } from '../rendering/text-of.ts';
import { describeRecovery, readRecovery } from './follow-recovery.ts';
import type { Followed } from './follow-recovery.ts';
import { balancerCalls } from './stage.ts';

const pollMs = 50;
const withinMs = 15_000;
/**
 * Long enough for the answer of the call that was seen to be recorded, short next to the sleep that follows
 * it.
 */
const intoTheSleepMs = 300;

/** @returns when it was killed, in milliseconds since 1970. */
export async function crashInTheMiddle(followed: Followed): Promise<number> {
  const { stage, narrate, signal } = followed;
  const during = await untilInTheMiddle(followed);
  await delay(intoTheSleepMs, undefined, { signal });
  const pid = stage.serverPid;
  const killedAt = Date.now();
  await stage.killServer();
  narrate({ event: 'server_killed', pid, during });
  await stage.restartServer();
  narrate({ event: 'server_restarted', pid: stage.serverPid, took_ms: Date.now() - killedAt });
  return killedAt;
}

/**
 * Waits until the workflow that drains the node is about to sleep: a step is RUNNING, and the workflow's
 * second task has called, so that its first is completed, and would be seen to run again.
 */
async function untilInTheMiddle(followed: Followed): Promise<string> {
  const giveUp = performance.now() + withinMs;
  let recovery: Awaited<ReturnType<typeof readRecovery>>;
  while (performance.now() < giveUp) {
    recovery = await readRecovery(followed);
    const running =
      recovery === undefined ? undefined : recovery.steps.find((step) => step.state === 'RUNNING');
    const calls = await balancerCalls(followed.stage);
    const isAsleep = calls.some(
      ({ member, call }) => member === followed.node.name && call === 'connections',
    );
    if (running?.['name'] === 'WORKFLOW' && isAsleep) return `WORKFLOW ${textOf(running.item, 'drain')}`;
    await delay(pollMs, undefined, { signal: followed.signal });
  }
  throw new CliError(
    `no workflow of ${followed.node.name} was under way within ${withinMs / 1000} s: ${describeRecovery(recovery)}`,
  );
}
