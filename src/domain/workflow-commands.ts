/** The commands by which an operator sees and controls workflows, of the service that runs them. */
import type { WorkflowServiceName } from './workflow-service-name.ts';

export interface StartedBy {
  readonly id: string;
  readonly service: WorkflowServiceName;
}

export function showExecution({ id, service }: StartedBy): string {
  return service === 'mistral' ? `openstack workflow execution show ${id}` : `coppice workflow show ${id}`;
}

export function resumeExecution({ id, service }: StartedBy): string {
  return service === 'mistral'
    ? `openstack workflow execution update --state RUNNING ${id}`
    : `coppice workflow resume ${id}`;
}

export function cancelExecution({ id, service }: StartedBy): string {
  return service === 'mistral'
    ? `openstack workflow execution update --state CANCELLED ${id}`
    : `coppice workflow cancel ${id}`;
}

/** Whether the service answers at all. */
export function tryWorkflowService(service: WorkflowServiceName): string {
  return service === 'mistral' ? 'openstack workflow list' : 'coppice workflow list';
}

export function createWorkflows(service: WorkflowServiceName): string {
  return service === 'mistral' ? 'openstack workflow create FILE' : 'coppice workflow create FILE';
}

export function findExecutions(service: WorkflowServiceName): string {
  return service === 'mistral' ? 'openstack workflow execution list' : 'coppice workflow list';
}

export function startWorkflow(name: string, service: WorkflowServiceName): string {
  return service === 'mistral'
    ? `openstack workflow execution create ${name}`
    : `coppice workflow run ${name}`;
}
