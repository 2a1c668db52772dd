/** The message for a call of an action or workflow that does not exist. */
import type { ExternalCall } from './check-calls.ts';

export function describeMissingCall({ kind, name }: Pick<ExternalCall, 'kind' | 'name'>): string {
  return `there is no ${kind} '${name}' (create the ${kind} before it is needed)`;
}

/** The message when no server was queried. */
export function describeUnknownCall(call: Pick<ExternalCall, 'kind' | 'name'>): string {
  return `the ${call.kind} '${call.name}' is neither built in nor in this file: it has to be on the server when the task runs`;
}
