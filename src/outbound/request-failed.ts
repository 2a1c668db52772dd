import { describeConnectionError, type ConnectionProblem } from './connection-problem.ts';
import { describeUrl } from './url-text.ts';

/** `aborted`: the caller's signal ended it; its reason is the `cause`. */
export type FailureKind = ConnectionProblem['kind'] | 'aborted';

/**
 * No answer came. Nothing in it holds what is secret of a URL, of headers or of a body: the error of the
 * connection is not kept.
 */
export class RequestFailed extends Error {
  readonly kind: FailureKind;
  /** What is wrong, without the URL. */
  readonly reason: string;
  /** The URL that was asked last. */
  readonly url: URL;
  /** Whether a redirect led there. */
  readonly redirected: boolean;

  private constructor(at: RequestPlace, kind: FailureKind, reason: string, options?: ErrorOptions) {
    super(at.redirected ? `redirected to ${describeUrl(at.url)}: ${reason}` : reason, options);
    this.name = 'RequestFailed';
    this.kind = kind;
    this.reason = reason;
    this.url = at.url;
    this.redirected = at.redirected;
  }

  static of(at: RequestPlace, error: unknown): RequestFailed {
    const { kind, reason } = describeConnectionError(error);
    return new RequestFailed(at, kind, reason);
  }

  static aborted(at: RequestPlace, signal: AbortSignal): RequestFailed {
    return new RequestFailed(at, 'aborted', 'the request was ended before its answer', {
      cause: signal.reason,
    });
  }
}

export interface RequestPlace {
  readonly url: URL;
  readonly redirected: boolean;
}
