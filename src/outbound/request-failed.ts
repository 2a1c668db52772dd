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
  /** The URL that was requested last. */
  readonly url: URL;
  /** Whether a redirect led there. */
  readonly redirected: boolean;
  /** Whether the other side may have received the request; false where no connection was made. */
  readonly sent: boolean;

  private constructor(
    at: RequestPlace,
    { kind, reason, sent }: { kind: FailureKind; reason: string; sent: boolean },
    options?: ErrorOptions,
  ) {
    super(at.redirected ? `redirected to ${describeUrl(at.url)}: ${reason}` : reason, options);
    this.name = 'RequestFailed';
    this.kind = kind;
    this.reason = reason;
    this.url = at.url;
    this.redirected = at.redirected;
    this.sent = sent;
  }

  /** @param sent false where it is known that no connection was made. */
  static of(at: RequestPlace, error: unknown, sent = true): RequestFailed {
    return new RequestFailed(at, { ...describeConnectionError(error), sent });
  }

  static aborted(at: RequestPlace, signal: AbortSignal): RequestFailed {
    const reason = 'the request was ended before its answer';
    return new RequestFailed(at, { kind: 'aborted', reason, sent: true }, { cause: signal.reason });
  }
}

export interface RequestPlace {
  readonly url: URL;
  readonly redirected: boolean;
}
