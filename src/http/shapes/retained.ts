import { z } from 'zod';
import type { KeptView } from '../../requests/retained.ts';
import { milliseconds } from '../times.ts';
import { id, nullableText, text, time } from './common.ts';

export const retainedShape = z
  .strictObject({
    cluster_id: nullableText.describe('Of its node; null: the node was in none. It may be gone.'),
    id,
    location: text.describe(
      'Where it is: `server ID`, or the path of a directory on the machine of Coppice.',
    ),
    node_id: id.describe('The node may be gone.'),
    node_name: text.describe('Kept, also when the node is gone.'),
    physical_id: text.describe('Of the process or server, as its node had it.'),
    profile_type: text,
    project: text,
    recovery_id: id.describe('The recovery that has stopped it.'),
    stopped_at: time.describe('`2026-11-22T18:19:19.123Z`, as all times of recoveries.'),
    until: time.describe('When it is removed; past: it is being removed.'),
  })
  .meta({ id: 'Retained' });

export function toRetainedAnswer({ retained, location }: KeptView): z.infer<typeof retainedShape> {
  return {
    cluster_id: retained.clusterId,
    id: retained.id,
    location,
    node_id: retained.nodeId,
    node_name: retained.nodeName,
    physical_id: retained.physicalId,
    profile_type: retained.profileType,
    project: retained.project,
    recovery_id: retained.recoveryId,
    stopped_at: milliseconds(retained.stoppedAt),
    until: milliseconds(retained.until),
  };
}
