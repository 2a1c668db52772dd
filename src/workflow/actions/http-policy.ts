import { HttpClient } from '../../outbound/http-client.ts';

/** How std.http sends requests, and its limits. */
export interface HttpPolicy {
  readonly http: HttpClient;
  /** Maximum size of a response body in bytes; a longer one fails the action. */
  readonly maxResponseBytes: number;
}

/** 1 MiB: Mistral truncates stored results at the same size. */
export function defaultHttpPolicy(): HttpPolicy {
  return { http: new HttpClient(), maxResponseBytes: 1024 * 1024 };
}
