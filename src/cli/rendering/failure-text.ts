import { isJsonObject } from '../../domain/json.ts';
import type { Json } from '../../domain/json.ts';

/** A failure's class: `PROCESS_EXITED`. */
export function failureText(failure: Json | undefined): string {
  if (isJsonObject(failure)) return typeof failure['class'] === 'string' ? failure['class'] : '-';
  return typeof failure === 'string' && failure !== '' ? failure : '-';
}

/** What was seen: `the process 4711 has ended`; empty where only the class is known. */
export function failureReason(failure: Json | undefined): string {
  return isJsonObject(failure) && typeof failure['reason'] === 'string' ? failure['reason'] : '';
}
