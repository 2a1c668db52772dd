/** What runs the workflows of recoveries: the runner of this server, or a Mistral over its REST API. */
export const workflowServiceNames = ['embedded', 'mistral'] as const;
export type WorkflowServiceName = (typeof workflowServiceNames)[number];

export function isWorkflowServiceName(value: unknown): value is WorkflowServiceName {
  return workflowServiceNames.some((name) => name === value);
}

/** The key of a cluster's `config` that names one. */
export const WORKFLOW_KEY = 'workflow';
