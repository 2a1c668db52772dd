/** Kills Coppice during a recovery, and starts it again. */
import { setTimeout as delay } from 'node:timers/promises';
import { duration } from '../../domain/duration.ts';
import { CliError } from '../cli-error.ts';
import { describeRecovery, readRecovery } from './follow-recovery.ts';
import type { Followed } from './follow-recovery.ts';

const pollMs = 50;
const withinMs = 30_000;
/**
 * Long enough for the answer of what was seen from outside to be recorded, short next to what is under way.
 */
const intoItMs = 300;

/** @returns when it was killed, in milliseconds since 1970. */
export async function crashInTheMiddle(
  followed: Followed,
  untilInTheMiddle: (followed: Followed) => Promise<string>,
): Promise<number> {
  const { stage, narrate, signal } = followed;
  const during = await untilInTheMiddle(followed);
  await delay(intoItMs, undefined, { signal });
  const pid = stage.serverPid;
  const killedAt = Date.now();
  await stage.killServer();
  narrate({ event: 'server_killed', pid, during });
  await stage.restartServer();
  narrate({ event: 'server_restarted', pid: stage.serverPid, took_ms: Date.now() - killedAt });
  return killedAt;
}

type Recovery = NonNullable<Awaited<ReturnType<typeof readRecovery>>>;

/**
 * Waits until a recovery is where it is to be killed. @param find says what is under way; undefined: not yet.
 * @throws CliError where it does not get there.
 */
export async function untilUnderWay(
  followed: Followed,
  find: (recovery: Recovery) => Promise<string | undefined> | string | undefined,
): Promise<string> {
  const giveUp = performance.now() + withinMs;
  for (;;) {
    const recovery = await readRecovery(followed);
    const during = recovery === undefined ? undefined : await find(recovery);
    if (during !== undefined) return during;
    if (performance.now() > giveUp)
      throw new CliError(
        `the recovery of ${followed.node.name} was not where it was to be killed within ${duration(withinMs)}: ${describeRecovery(recovery)}`,
      );
    await delay(pollMs, undefined, { signal: followed.signal });
  }
}
