/** A service's own words for why it refused, from the answer's body. */
import { reasonOf } from '../domain/http-failure.ts';
import type { Json } from '../domain/json.ts';

/**
 * Nova: `{"badRequest": {"code": 400, "message": ...}}`; Keystone and Heat: `{"error": {"message": ...}}`;
 * Neutron: `{"NeutronError": {"message": ...}}`; Octavia: `{"faultstring": ...}`; Glance: HTML.
 */
export function answerReason(body: Json, status: number): string {
  const reason = reasonOf(body);
  return reason === '' ? `answered ${status}` : reason;
}

/** JSON, or the text as it is. */
export function parseBody(text: string): Json {
  if (text === '') return null;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/** Of a header `Retry-After`, in seconds or as a date; null: there is none. */
export function retryAfterMs(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}
