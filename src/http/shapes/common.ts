/** What several answers are made of. Keys stand in the order of the alphabet, as they are sent. */
import { z } from 'zod';

export const jsonMap = z.looseObject({});
export const id = z.string();
export const text = z.string();
export const nullableText = z.string().nullable();
/** `2026-11-22T18:19:19Z`, unless an answer says otherwise. */
export const time = z.string();
export const nullableTime = z.string().nullable();

export const specShape = z.looseObject({ properties: jsonMap, type: text, version: text });

export const issueShape = z.strictObject({
  field: text,
  expected: text,
  found: text,
  hint: text.optional(),
});

/** Of what was done and is probably not meant. Ours, and absent where there is none. */
export const warningsShape = z.array(issueShape).optional();

export function withWarnings<T extends object>(body: T, warnings: readonly z.infer<typeof issueShape>[]) {
  return warnings.length === 0 ? body : { ...body, warnings: warnings.map((warning) => ({ ...warning })) };
}

export const errorShape = z
  .strictObject({
    code: z.int(),
    error: z.strictObject({
      code: z.int(),
      detail: text.optional(),
      issues: z.array(issueShape).optional(),
      message: text,
      type: text,
    }),
    explanation: text,
    title: text,
  })
  .meta({ id: 'Error' });

export const actionIdShape = z.strictObject({ action: id }).meta({ id: 'ActionId' });
