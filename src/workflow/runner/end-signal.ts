/** Name of the durable signal that the end of an execution sends, in the transaction that ends it. */
export function endSignalOf(executionId: string): string {
  return `workflow:${executionId}`;
}
