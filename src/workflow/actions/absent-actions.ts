/**
 * Names of OpenStack's actions that a server does not have, and why: a definition that calls one is refused,
 * unless the project has an ad-hoc action of that name.
 */
import { didYouMean } from '../../domain/did-you-mean.ts';
import { cloudActionSignatures } from './cloud-actions.ts';

/** Namespaces of mistral-extra's actions, and of those that Mistral had before. */
const namespaces: ReadonlySet<string> = new Set(
  (
    'aodh baremetal_introspection barbican cinder designate glance gnocchi heat ironic keystone magnum ' +
    'manila mistral murano neutron nova octavia senlin swift swiftservice tacker tripleo trove vitrage ' +
    'zaqar zun'
  ).split(' '),
);

const names: readonly string[] = cloudActionSignatures.map(({ name }) => name);

/** Of a name that is no action of this server. undefined: it is no name of such an action. */
export function absence(name: string): string | undefined {
  const [namespace = '', action] = name.split('.', 2);
  if (action === undefined || !namespaces.has(namespace)) return undefined;
  if (names.includes(name))
    return `${name} needs a cloud, and this server has none: start it with --cloud openstack, or --cloud simulated`;
  const own = names.filter((one) => one.startsWith(`${namespace}.`));
  const hint = own.length === 0 ? undefined : didYouMean(name, own);
  const remedy = "call the service's API with std.http, or create an ad-hoc action of this name first";
  return `Coppice has no action ${name}${hint === undefined ? '' : ` (${hint})`}: ${remedy}`;
}
