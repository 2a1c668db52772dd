/**
 * What fields of Mistral's API hold: dictionaries travel as JSON text inside of JSON, times as `2026-11-22
 * 18:29:12`.
 */
import { z } from 'zod';
import { optional } from '../fields.ts';
import { text } from '../shapes/common.ts';
import { describeInexact, inexactNumberIn } from '../../domain/inexact-number.ts';
import { toMistralTime } from '../../domain/time-text.ts';
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import { describeShape, mayBeSecret } from '../../domain/quote-found.ts';

export const jsonText = z.string().describe('A JSON object, as text.');
export const mistralTime = z.string().describe('`2026-11-22 18:29:12`, in UTC.');
export const nullableMistralTime = mistralTime.nullable();
export const flag = z.boolean();
export const texts = z.array(text);

export function toMistralTimeOrNull(milliseconds: number | null): string | null {
  return milliseconds === null ? null : toMistralTime(milliseconds);
}

/** What requests may carry and is ignored: Mistral's clients send back what they were shown. */
export const ignored = z.unknown().optional();

/** A dictionary as requests carry it: an object, or its JSON text. `field` is its name, for errors. */
export function dictionary(field: string, description?: string) {
  const either = z.union([z.looseObject({}), z.string()]);
  const described = description === undefined ? either : either.describe(description);
  return optional(
    described.transform((value, context): JsonObject => {
      const wrong = (message: string): never => {
        context.addIssue({ code: 'custom', message });
        return z.NEVER;
      };
      if (typeof value !== 'string') return value as JsonObject;
      if (value.trim() === '') return {};
      const json = parsed(value);
      if (json === undefined) return wrong(`${invalid(field, value)} It is not JSON.`);
      if (!isJsonObject(json)) return wrong(`${invalid(field, value)} Expected an object, or its JSON text.`);
      const place = inexactNumberIn(value);
      return place === undefined ? json : wrong(describeInexact(`${field}.${place}`));
    }),
  );
}

function parsed(written: string): Json | undefined {
  try {
    return JSON.parse(written) as Json;
  } catch {
    return undefined;
  }
}

export function invalid(field: string, value: unknown): string {
  const said = `Invalid input for field/attribute ${field}.`;
  if (mayBeSecret(field)) return `${said} Value: ${describeShape(value)}.`;
  const written = typeof value === 'string' ? value : JSON.stringify(value);
  const shown = written.length <= 100 ? written : `${written.slice(0, 97)}...`;
  return `${said} Value: '${shown}'.`;
}

export function isTrue(value: string | undefined): boolean {
  return value !== undefined && ['true', '1', 'yes', 'on', 't', 'y'].includes(value.toLowerCase());
}
