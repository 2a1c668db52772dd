/** Functions that Mistral provides to the expressions of a workflow; `conductor/scope.ts` implements them. */
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
