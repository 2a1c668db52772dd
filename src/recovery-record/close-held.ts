/** Closing recoveries that are held, because what they were for is gone: nothing was touched, and nobody else would close them. */
import { closingEvents } from '../domain/recovery-news.ts';
import { enqueueRecoveryNews } from '../notify/enqueue-recovery-news.ts';
import { closeRecovery, heldRecoveries, recordDecision } from '../store/recoveries.ts';
import type { HeldFilter } from '../store/recoveries.ts';
import type { Tx } from '../store/store.ts';

/** What has been started is closed by its own action. */
export async function cancelHeld(tx: Tx, where: HeldFilter, reason: string, now: number): Promise<void> {
  for (const id of await heldRecoveries(tx.db, where)) {
    await recordDecision(tx, id, 'close', `CANCELLED: ${reason}`, now);
    if (await closeRecovery(tx, id, 'CANCELLED', now))
      await enqueueRecoveryNews(tx, { event: closingEvents.CANCELLED, recoveryId: id, reason, at: now });
  }
}
