import { HttpClient } from '../../outbound/http-client.ts';

/** What std.http works with. */
export interface HttpPolicy {
  readonly http: HttpClient;
  /** Bytes of an answer's body; a longer one fails the action. */
  readonly maxResponseBytes: number;
}

/** Mistral cuts what it stores of a result at 1 MiB, too. */
export function defaultHttpPolicy(): HttpPolicy {
  return { http: new HttpClient(), maxResponseBytes: 1024 * 1024 };
}
