import { z } from 'zod';
import type { Profile, Spec } from '../../domain/model.ts';
import type { Caller } from '../../requests/request-tools.ts';
import { typeNameOf } from '../../requests/spec-document.ts';
import { timeInSeconds, timeInSecondsOrNull } from '../times.ts';
import { id, jsonMap, nullableText, nullableTime, specShape, text, time } from './common.ts';

export const profileShape = z
  .strictObject({
    created_at: time,
    domain: nullableText,
    id,
    metadata: jsonMap,
    name: text,
    project: text,
    spec: specShape,
    type: text,
    updated_at: nullableTime,
    user: text,
  })
  .meta({ id: 'Profile' });

export const validatedProfileShape = profileShape
  .extend({ created_at: z.null(), id: z.null(), metadata: z.null() })
  .meta({ id: 'ValidatedProfile' });

export function toProfileAnswer(profile: Profile): z.infer<typeof profileShape> {
  return {
    created_at: timeInSeconds(profile.createdAt),
    domain: profile.domain,
    id: profile.id,
    metadata: profile.metadata,
    name: profile.name,
    project: profile.project,
    spec: { ...profile.spec },
    type: profile.type,
    updated_at: timeInSecondsOrNull(profile.updatedAt),
    user: profile.user,
  };
}

export function toValidatedProfileAnswer(spec: Spec, caller: Caller): z.infer<typeof validatedProfileShape> {
  return {
    created_at: null,
    domain: caller.domain,
    id: null,
    metadata: null,
    name: 'validated_profile',
    project: caller.project,
    spec: { ...spec },
    type: typeNameOf(spec),
    updated_at: null,
    user: caller.user,
  };
}
