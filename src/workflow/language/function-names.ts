/**
 * Functions that Mistral lends to the expressions of a workflow; `conductor/scope.ts` says what they answer.
 */
export const workflowFunctions = [
  'task',
  'tasks',
  'execution',
  'executions',
  'env',
  'global',
  'uuid',
] as const;

export type WorkflowFunction = (typeof workflowFunctions)[number];
