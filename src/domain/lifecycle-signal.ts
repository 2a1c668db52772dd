/** In the reason of an action whose lifecycle hook did not take its message, whatever it is a part of. */
export const hookNotNotified = 'lifecycle hook could not be notified';

/** The signal that completes the lifecycle hook of an action. */
export function lifecycleSignal(actionId: string): string {
  return `lifecycle/${actionId}`;
}
