/**
 * The one catalogue of what can go wrong for a caller. A row gives the HTTP status and the `type` that
 * Senlin's clients know (openstacksdk and tempest read both); `retryable` says whether the same call may
 * succeed later, which recovery checks before it tries again. The sentence is written where the error
 * is raised, for the user who reads it.
 */
import type { JsonObject } from './json.ts';

export const errorCatalogue = {
  'bad-request': { status: 400, type: 'BadRequest', retryable: false },
  'malformed-request': { status: 400, type: 'HTTPBadRequest', retryable: false },
  'invalid-spec': { status: 400, type: 'InvalidSpec', retryable: false },
  'multiple-choices': { status: 400, type: 'MultipleChoices', retryable: false },
  'method-version-not-found': { status: 400, type: 'MethodVersionNotFound', retryable: false },
  'not-yet-supported': { status: 400, type: 'FeatureNotSupported', retryable: false },
  unauthenticated: { status: 401, type: 'Unauthorized', retryable: false },
  /** Who calls could not be found out: Keystone is away. */
  'authentication-unavailable': { status: 503, type: 'ServiceUnavailable', retryable: true },
  forbidden: { status: 403, type: 'Forbidden', retryable: false },
  'resource-not-found': { status: 404, type: 'ResourceNotFound', retryable: false },
  'policy-binding-not-found': { status: 404, type: 'PolicyBindingNotFound', retryable: false },
  'global-version-invalid': { status: 406, type: 'InvalidGlobalAPIVersion', retryable: false },
  'resource-in-use': { status: 409, type: 'ResourceInUse', retryable: true },
  'resource-locked': { status: 409, type: 'ResourceIsLocked', retryable: true },
  'action-cooldown': { status: 409, type: 'ActionCooldown', retryable: true },
  'action-conflict': { status: 409, type: 'ActionConflict', retryable: true },
  'action-immutable': { status: 409, type: 'ActionImmutable', retryable: false },
  'limit-reached': { status: 429, type: 'TooManyRequests', retryable: true },
  'request-timeout': { status: 408, type: 'RequestTimeout', retryable: true },
  'headers-too-large': { status: 431, type: 'RequestHeaderFieldsTooLarge', retryable: false },
  'too-large': { status: 413, type: 'RequestEntityTooLarge', retryable: false },
  /** An operation on the outside world that did not work; trying again may help. */
  'operation-failed': { status: 500, type: 'OperationFailed', retryable: true },
  /**
   * An operation that can never work as asked: a program that does not exist, a rejected input, a missing
   * workflow.
   */
  'operation-impossible': { status: 500, type: 'OperationImpossible', retryable: false },
  'timed-out': { status: 500, type: 'Timeout', retryable: true },
  cancelled: { status: 500, type: 'Cancelled', retryable: false },
  /**
   * The database itself: nothing was recorded. Full and failed are over once their cause is gone.
   */
  'storage-full': { status: 507, type: 'InsufficientStorage', retryable: true },
  'storage-failed': { status: 503, type: 'ServiceUnavailable', retryable: true },
  'storage-damaged': { status: 503, type: 'ServiceUnavailable', retryable: false },
  internal: { status: 500, type: 'InternalError', retryable: false },
} as const satisfies Record<string, { status: number; type: string; retryable: boolean }>;

export type ErrorCode = keyof typeof errorCatalogue;

/** The caller asked for what cannot be, now or ever: nothing else went wrong. */
export function isRefusal(code: ErrorCode): boolean {
  return errorCatalogue[code].status < 500 || code === 'operation-impossible';
}

/** An expected failure, in words for the caller. `message` is public; the `cause` is only logged. */
export class CoppiceError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly details: JsonObject | undefined;
  /** Senlin's sentence, which its clients compare literally, where `message` says more than it. */
  readonly senlinMessage: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; retryable?: boolean; details?: JsonObject; senlinMessage?: string } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'CoppiceError';
    this.code = code;
    this.retryable = options.retryable ?? errorCatalogue[code].retryable;
    this.details = options.details;
    this.senlinMessage = options.senlinMessage;
  }

  get status(): number {
    return errorCatalogue[this.code].status;
  }

  get type(): string {
    return errorCatalogue[this.code].type;
  }
}

export function isStorageFailure(error: unknown): error is CoppiceError {
  return error instanceof CoppiceError && error.code.startsWith('storage-');
}

/** What of an error is kept in a row, and can be thrown again from it after a crash. */
export interface ErrorRecord {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly details?: JsonObject;
}

/**
 * Anything thrown, as a record. What we did not raise ourselves is `internal`: its text is kept, its stack is
 * not.
 */
export function toErrorRecord(thrown: unknown): ErrorRecord {
  if (thrown instanceof CoppiceError) {
    const { code, message, retryable, details } = thrown;
    return details === undefined ? { code, message, retryable } : { code, message, retryable, details };
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: 'internal', message, retryable: false };
}

export function fromErrorRecord(record: ErrorRecord): CoppiceError {
  const known = record.code in errorCatalogue ? record.code : 'internal';
  return new CoppiceError(known, record.message, {
    retryable: record.retryable,
    ...(record.details === undefined ? {} : { details: record.details }),
  });
}

/** One thing wrong with what a user wrote: the field, what was expected there, and what was found. */
export interface Issue {
  /** Path from the top of the document, `recovery.actions[1].name`; empty for the document itself. */
  readonly field: string;
  readonly expected: string;
  readonly found: string;
  /** What the user may have meant, or can do. */
  readonly hint?: string;
}

export function describeIssue(issue: Issue): string {
  const where = issue.field === '' ? '' : `${issue.field}: `;
  const hint = issue.hint === undefined ? '' : ` (${issue.hint})`;
  return `${where}expected ${issue.expected}, found ${issue.found}${hint}`;
}

/** An issue of a part of the document, named from its top. */
export function within(part: string, issue: Issue): Issue {
  if (issue.field === '') return { ...issue, field: part };
  const separator = issue.field.startsWith('[') ? '' : '.';
  return { ...issue, field: `${part}${separator}${issue.field}` };
}

/** A value as it is quoted in an error: short, on one line, and never more than its shape if it is large. */
export function quoteValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return describeMap(Object.keys(value));
  const text =
    typeof value === 'string'
      ? JSON.stringify(withoutCredentials(value))
      : `${value as number | boolean | null}`;
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function describeMap(keys: readonly string[]): string {
  if (keys.length === 0) return 'an empty map';
  return keys.length <= 5 ? `a map with ${keys.join(', ')}` : `a map with ${keys.length} keys`;
}

/** A URL, or a text with one in it, without the user and password before its host. */
export function withoutCredentials(text: string): string {
  return text.replaceAll(/:\/\/[^\s"'<>]*@/g, '://***@');
}
