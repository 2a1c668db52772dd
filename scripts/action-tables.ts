/**
 * The tables of `docs/openstack-actions.md`: every action of each service, from the methods that they call.
 * What stands between the marks of a service is replaced, so that the page cannot differ from the code.
 */
import { serviceNamespaces, type ServiceNamespace } from '../src/openstack/methods/namespaces.ts';
import type { ClientMethod } from '../src/openstack/methods/client-method.ts';

/** @throws Error where the page lacks the marks of a service. */
export function withActionTables(page: string): string {
  return serviceNamespaces.reduce((text, namespace) => {
    const [begin, end] = [`<!-- actions of ${namespace.name} -->`, `<!-- end of ${namespace.name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from === -1 || to < from) throw new Error(`docs/openstack-actions.md lacks ${begin} and ${end}.`);
    return `${text.slice(0, from)}${begin}\n${tableOf(namespace)}\n${text.slice(to)}`;
  }, page);
}

function tableOf({ name, methods }: ServiceNamespace): string {
  const rows = methods.map((method) => {
    const action = `${name}.${method.name.replaceAll('.', '_')}`;
    return `| \`${action}\` | ${parametersOf(method)} | ${method.summary} |`;
  });
  return ['| action | parameters | |', '| --- | --- | --- |', ...rows].join('\n');
}

function parametersOf({ parameters, takesMore }: ClientMethod): string {
  const texts = parameters.map(({ name, default: fallback }) =>
    fallback === undefined ? `**${name}**` : fallback === null ? name : `${name}=${JSON.stringify(fallback)}`,
  );
  return [...texts, ...(takesMore ? ['...'] : [])].join(', ');
}
