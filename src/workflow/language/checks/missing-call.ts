/** The message for a call of an action or workflow that does not exist. */
import type { ExternalCall } from './check-calls.ts';

/** Groups of actions that Mistral generates from OpenStack's clients; Coppice has none of them. */
const openstack = new Set(
  'aodh barbican cinder designate glance gnocchi heat ironic keystone manila mistral murano neutron nova octavia senlin swift tacker tripleo trove vitrage zaqar zun'.split(
    ' ',
  ),
);

export function describeMissingCall({ kind, name }: Pick<ExternalCall, 'kind' | 'name'>): string {
  const group = name.split('.')[0] ?? '';
  const isOpenstack = kind === 'action' && name.includes('.') && openstack.has(group);
  const remedy = isOpenstack
    ? `OpenStack's actions are not built in: call its API with std.http, or create an ad-hoc action of this name that does`
    : `create the ${kind} before it is needed`;
  return `there is no ${kind} '${name}' (${remedy})`;
}

/** The message when no server was queried. */
export function describeUnknownCall(call: Pick<ExternalCall, 'kind' | 'name'>): string {
  return `the ${call.kind} '${call.name}' is neither built in nor in this file: it has to be on the server when the task runs`;
}
