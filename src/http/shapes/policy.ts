import { z } from 'zod';
import type { Policy, Spec } from '../../domain/model.ts';
import type { Caller } from '../../requests/request-tools.ts';
import { typeNameOf } from '../../requests/spec-document.ts';
import {
  timeInMicroseconds,
  timeInMicrosecondsOrNull,
  timeInSeconds,
  timeInSecondsOrNull,
} from '../times.ts';
import { id, jsonMap, nullableText, nullableTime, specShape, text, time } from './common.ts';

export const policyShape = z
  .strictObject({
    created_at: time,
    data: jsonMap,
    domain: nullableText,
    id,
    name: text,
    project: text,
    spec: specShape,
    type: text,
    updated_at: nullableTime,
    user: text,
  })
  .meta({ id: 'Policy' });

export const validatedPolicyShape = policyShape
  .extend({ created_at: z.null(), id: z.null() })
  .meta({ id: 'ValidatedPolicy' });

/** What was just written has times as `...Z`, what is read has them as `....000000`. */
export function toWrittenPolicyAnswer(policy: Policy): z.infer<typeof policyShape> {
  const { createdAt, updatedAt } = policy;
  return {
    ...toPolicyAnswer(policy),
    created_at: timeInSeconds(createdAt),
    updated_at: timeInSecondsOrNull(updatedAt),
  };
}

export function toPolicyAnswer(policy: Policy): z.infer<typeof policyShape> {
  return {
    created_at: timeInMicroseconds(policy.createdAt),
    data: policy.data,
    domain: policy.domain,
    id: policy.id,
    name: policy.name,
    project: policy.project,
    spec: { ...policy.spec },
    type: policy.type,
    updated_at: timeInMicrosecondsOrNull(policy.updatedAt),
    user: policy.user,
  };
}

export function toValidatedPolicyAnswer(spec: Spec, caller: Caller): z.infer<typeof validatedPolicyShape> {
  return {
    created_at: null,
    data: {},
    domain: caller.domain,
    id: null,
    name: 'validated_policy',
    project: caller.project,
    spec: { ...spec },
    type: typeNameOf(spec),
    updated_at: null,
    user: caller.user,
  };
}
