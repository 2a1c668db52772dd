/** What is said of a node that was probed, and whose record could not be written: it was seen. */
import { duration } from '../domain/duration.ts';

/** @param found what the probe said. */
export function unrecordedInWords(ageMs: number, found: string): string {
  return `what its last probe found ${duration(ageMs)} ago could not be recorded: ${found}`;
}

/** Whether the reason of a node is that. */
export function isUnrecorded(reason: string): boolean {
  return /^what its last probe found .* could not be recorded: /.test(reason);
}
