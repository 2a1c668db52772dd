/** A failure's class: `PROCESS_EXITED`. */
interface Failure {
  readonly class: string;
  readonly reason: string;
}

export function failureText(failure: Failure | null): string {
  return failure === null || failure.class === '' ? '-' : failure.class;
}

/** What was found: `the process 4711 has ended`; empty where only the class is known. */
export function failureReason(failure: Failure | null): string {
  return failure?.reason ?? '';
}
