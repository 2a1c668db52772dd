/**
 * Names of OpenStack's actions that a server does not have, and why: a definition that calls one is refused,
 * unless the project has an ad-hoc action of that name.
 */
import { didYouMean } from '../../domain/did-you-mean.ts';
import type { ExternalCall } from '../language/checks/check-calls.ts';
import { cloudActionSignatures } from './cloud-actions.ts';

/** Namespaces of mistral-extra's actions, and of those that Mistral had before. */
const namespaces: ReadonlySet<string> = new Set(
  (
    'aodh baremetal_introspection barbican cinder designate glance gnocchi heat ironic keystone magnum ' +
    'manila mistral murano neutron nova octavia senlin swift swiftservice tacker tripleo trove vitrage ' +
    'zaqar zun'
  ).split(' '),
);

const names: ReadonlySet<string> = new Set(cloudActionSignatures.map(({ name }) => name));

const balancing =
  "a cluster with a policy senlin.policy.loadbalance keeps a pool of Octavia; for the rest call Octavia's API with std.http";

/** What does nearly the same, or why there is nothing. The first that fits. */
const near: readonly (readonly [name: RegExp, what: string])[] = [
  [/^nova\.agents_/, 'Nova has agents no longer'],
  [/^nova\.hosts_/, 'nova.services_list and nova.hypervisors_list have the hosts'],
  [/^nova\.(images|glance)_/, 'images are those of glance.images_list and glance.images_get'],
  [/^nova\.(networks|neutron)_/, 'networks are those of neutron.list_networks and neutron.show_network'],
  [
    /^nova\..*floating_ip/,
    'neutron.create_floatingip, neutron.update_floatingip and neutron.list_floatingips do it',
  ],
  [/^nova\.security_group/, 'neutron.create_security_group, neutron.list_security_groups and the like do it'],
  [/^nova\.usage_/, 'nova.limits_get shows what a project uses'],
  [
    /^nova\.servers_get_(mks|rdp)_console$/,
    'nova.servers_get_vnc_console and nova.servers_get_spice_console give a console',
  ],
  [/^(octavia\.|neutron\..*(lbaas|loadbalancer|listener|pool|member|health_?monitor|vip))/, balancing],
  [/^ironic\.node_wait_for_provision_state$/, 'poll ironic.node_get with `retry`'],
  [/^cinder\.volumes_get_pools$/, 'cinder.pools_list lists the pools'],
  [/^heat\.resources_generate_template$/, 'heat.resource_types_generate_template gives a template'],
  [
    /^mistral\./,
    "a task with `workflow: NAME` runs a workflow; Coppice's own API, /v2, does the rest, called with std.http",
  ],
  [/^senlin\./, 'Coppice has the clusters itself: call its own API, /v1, with std.http'],
  [/^swift(service)?\./, 'an object is read and written by GET and PUT of its URL, with std.http'],
  [/^zaqar\./, 'post the message to a service of your own with std.http (webhooks report recoveries)'],
];

/** The sentences about what is near. */
export const nearActions: readonly string[] = near.map(([, what]) => what);

const adhoc = 'create an ad-hoc action of this name first';

/** Of a name that is no action of this server. undefined: it is no name of such an action. */
export function absence(name: string): string | undefined {
  if (names.has(name))
    return `${name} needs a cloud, and this server has none: start it with --cloud openstack, or --cloud simulated`;
  return absenceEverywhere(name);
}

/** Of a name that is an action of no server, with a cloud or without one. */
function absenceEverywhere(name: string): string | undefined {
  const [namespace = '', action] = name.split('.', 2);
  if (action === undefined || !namespaces.has(namespace) || names.has(name)) return undefined;
  const remedy = near.find(([pattern]) => pattern.test(name))?.[1] ?? listInstead(name);
  const own = [...names].filter((one) => one.startsWith(`${namespace}.`));
  const hint = own.length === 0 || remedy !== undefined ? undefined : didYouMean(name, own);
  const ways =
    remedy === undefined
      ? `call the service's API with std.http, or ${adhoc}`
      : `${remedy}; otherwise ${adhoc}`;
  return `Coppice has no action ${name}${hint === undefined ? '' : ` (${hint})`}: ${ways}`;
}

/** Of a call that a server refuses, whichever it is, where its project has no ad-hoc action of that name. */
export function absenceAnywhere({ kind, name }: Pick<ExternalCall, 'kind' | 'name'>): string | undefined {
  const reason = kind === 'action' ? absenceEverywhere(name) : undefined;
  return reason === undefined ? undefined : `${reason}; as it is, a server refuses the definition`;
}

/** What a `find` finds is in the list. */
function listInstead(name: string): string | undefined {
  const list = name.replace(/_find(all)?$/, '_list');
  return list !== name && names.has(list) ? `take it from the result of ${list}` : undefined;
}
