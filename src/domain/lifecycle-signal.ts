/** The signal that completes the lifecycle hook of an action. */
export function lifecycleSignal(actionId: string): string {
  return `lifecycle/${actionId}`;
}
