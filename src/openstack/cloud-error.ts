/** What went wrong between us and a service of a cloud, with the service's own words. */
import { CoppiceError } from '../domain/errors.ts';
import { unplaced } from '../domain/unplaced.ts';

export interface CloudFailure {
  /** The service's type: `compute`. */
  readonly service: string;
  /** `POST /servers/ID/action`: no query, which may hold what is not for a log. */
  readonly request: string;
  /** null: no answer came. */
  readonly status: number | null;
  /** The service's own sentence, or why no answer came. */
  readonly reason: string;
  /** The service's id of the request, for its log; null: it gave none. */
  readonly requestId: string | null;
  /** Whether the request may have been carried out all the same: it was sent, and no answer came. */
  readonly mayHaveHappened: boolean;
  /** Milliseconds after which the service wants to be asked again; null: it did not say. */
  readonly retryAfterMs: number | null;
}

/** Statuses after which the same request may succeed later. */
const temporary: ReadonlySet<number> = new Set([408, 409, 425, 429, 500, 502, 503, 504]);

export class CloudError extends Error implements CloudFailure {
  readonly service: string;
  readonly request: string;
  readonly status: number | null;
  readonly reason: string;
  readonly requestId: string | null;
  readonly mayHaveHappened: boolean;
  readonly retryAfterMs: number | null;

  constructor(failure: CloudFailure, options?: ErrorOptions) {
    super(describeFailure(failure), options);
    this.name = 'CloudError';
    this.service = failure.service;
    this.request = failure.request;
    this.status = failure.status;
    this.reason = failure.reason;
    this.requestId = failure.requestId;
    this.mayHaveHappened = failure.mayHaveHappened;
    this.retryAfterMs = failure.retryAfterMs;
  }

  /** The service is away: the request was not carried out, and nothing is wrong with it. */
  get isAway(): boolean {
    return this.status === 503 || (this.status === null && !this.mayHaveHappened);
  }

  get isRetryable(): boolean {
    return this.status === null || temporary.has(this.status);
  }
}

export function isStatus(error: unknown, ...statuses: readonly number[]): error is CloudError {
  return error instanceof CloudError && error.status !== null && statuses.includes(error.status);
}

/** `compute: POST /servers: 403 Quota exceeded for cores (req-1234)` */
function describeFailure({ service, request, status, reason, requestId }: CloudFailure): string {
  const id = requestId === null ? '' : ` (${requestId})`;
  return `${service}: ${request}: ${status === null ? '' : `${status} `}${reason}${id}`;
}

/**
 * The failure of an operation, as an error of Coppice; another error as it is.
 * @param doing `the server could not be created`
 */
export function operationError(error: unknown, doing: string): unknown {
  if (!(error instanceof CloudError)) return error;
  const code = error.isRetryable ? 'operation-failed' : 'operation-impossible';
  const details = error.isAway ? { details: unplaced } : {};
  return new CoppiceError(code, `${doing}: ${error.message}`, { cause: error, ...details });
}
