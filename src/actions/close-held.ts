/** Closing recoveries that are held, because what they were for is gone: nothing was touched, and nobody else would close them. */
import { closingEvents } from '../domain/episode-news.ts';
import { tellEpisode } from '../notify/tell-episode.ts';
import { closeRecovery, heldRecoveries, recordDecision } from '../store/recoveries.ts';
import type { HeldWhere } from '../store/recoveries.ts';
import type { Tx } from '../store/store.ts';

/** What has been started is closed by its own action. */
export async function cancelHeld(tx: Tx, where: HeldWhere, reason: string, now: number): Promise<void> {
  for (const id of await heldRecoveries(tx.db, where)) {
    await recordDecision(tx, id, 'close', `CANCELLED: ${reason}`, now);
    if (await closeRecovery(tx, id, 'CANCELLED', now))
      await tellEpisode(tx, { event: closingEvents.CANCELLED, recoveryId: id, reason, at: now });
  }
}
