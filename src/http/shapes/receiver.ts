import { z } from 'zod';
import type { Receiver } from '../../domain/model.ts';
import { timeInSeconds, timeInSecondsOrNull } from '../times.ts';
import { id, jsonMap, nullableText, nullableTime, text, time } from './common.ts';

export const receiverShape = z
  .strictObject({
    action: text,
    actor: jsonMap.describe('Empty: the URL acts as the user of the receiver.'),
    channel: z.strictObject({
      alarm_url: text.describe('It needs no token: everyone who knows it may start the action.'),
    }),
    cluster_id: id,
    created_at: time,
    domain: nullableText,
    id,
    name: text,
    params: jsonMap,
    project: text,
    type: text,
    updated_at: nullableTime,
    user: text,
  })
  .meta({ id: 'Receiver' });

export function toReceiverAnswer(receiver: Receiver): z.infer<typeof receiverShape> {
  return {
    action: receiver.action,
    actor: {},
    channel: receiver.channel,
    cluster_id: receiver.clusterId,
    created_at: timeInSeconds(receiver.createdAt),
    domain: receiver.domain,
    id: receiver.id,
    name: receiver.name,
    params: receiver.params,
    project: receiver.project,
    type: receiver.type,
    updated_at: timeInSecondsOrNull(receiver.updatedAt),
    user: receiver.user,
  };
}
