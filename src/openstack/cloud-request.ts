/** What is asked of a service of a cloud, and its answer. */
import type { Json, JsonObject } from '../domain/json.ts';

export interface CloudRequest {
  /** The service's type in the catalog: `compute`. */
  readonly service: string;
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the endpoint: `/servers/ID`. Parts are encoded by the caller. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: JsonObject;
  /** A body that is no JSON, with its `content-type` in the headers. */
  readonly text?: string;
  /** `v2.0`: put behind an endpoint whose URL has no version. */
  readonly version?: string;
  /** Beside those of every request; one of the same name wins. Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** `compute 2.84`, as header OpenStack-API-Version. */
  readonly microversion?: string;
  /**
   * How often it is sent again after a failure that may pass; only where a repeat does no harm. Absent: 3. A
   * probe says 0, since the next round asks again.
   */
  readonly retries?: number;
  /**
   * Whether a repeat does no harm where it is not known whether it was carried out; absent: by the method.
   */
  readonly isRepeatable?: boolean;
}

export interface CallContext {
  readonly signal: AbortSignal;
  /** Ours, for the logs of all services that take part: `req-` and a UUID. */
  readonly requestId?: string | undefined;
}

export interface CloudAnswer {
  readonly status: number;
  /** null where there is none. */
  readonly body: Json;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** The service's own id of the request, whatever id the caller gave it; null: it did not say. */
export function requestIdOf({ headers }: Pick<CloudAnswer, 'headers'>): string | null {
  return headers['x-openstack-request-id'] ?? headers['x-compute-request-id'] ?? null;
}

/**
 * Whether it does no harm to send it again without knowing whether it was carried out. Most PUT and
 * DELETE are idempotent in the APIs that are used here: what was deleted already answers 404.
 */
export function isRepeatable(request: Pick<CloudRequest, 'method' | 'isRepeatable'>): boolean {
  return request.isRepeatable ?? (request.method !== 'POST' && request.method !== 'PATCH');
}
