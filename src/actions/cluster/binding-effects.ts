import type { ClusterPolicy } from '../../domain/model.ts';
import type { BindingEffect } from '../../policies/policy-type.ts';
import { cancelHeld } from '../../recovery-record/recovery-lifecycle.ts';
import { forgetUnhelpful, setZoneOutages } from '../../store/healing.ts';
import type { Tx } from '../../store/store.ts';

/** Writes what attaching or detaching a policy means for our own records. */
export async function applyEffects(
  tx: Tx,
  { clusterId, policyId }: Pick<ClusterPolicy, 'clusterId' | 'policyId'>,
  effects: readonly BindingEffect[],
  now: number,
): Promise<void> {
  for (const effect of effects) {
    switch (effect.kind) {
      case 'FORGET_UNHELPFUL':
        await forgetUnhelpful(tx, clusterId, now);
        break;
      case 'FORGET_ZONE_OUTAGES':
        await setZoneOutages(tx, clusterId, []);
        break;
      case 'CANCEL_HELD_RECOVERIES':
        await cancelHeld(tx, { clusterId, policyId }, effect.reason, now);
        break;
    }
  }
}
