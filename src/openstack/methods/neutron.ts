/**
 * python-neutronclient's methods (neutronclient/v2_0/client.py): the same five of every kind of object. They
 * take and give whole bodies: `create_port body={"port": {...}}` gives `{port: {...}}`.
 */
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import { type ClientMethod, clientMethod, type MethodArguments, type MethodCall } from './client-method.ts';
import { once, type Look } from './once.ts';
import { isGiven, partOf, pathOf, type Query, queryOf, remove, send } from './requests.ts';

function others(given: MethodArguments, without: readonly string[]): Query {
  const named = Object.entries(given).filter(([name]) => !without.includes(name));
  return queryOf(Object.fromEntries(named));
}

function get(path: string, without: readonly string[]): MethodCall {
  return async (given, service) =>
    (await service.request({ method: 'GET', path: pathOf(path, given), query: others(given, without) })).body;
}

/** With all pages, where there are several. */
function listAll(path: string, plural: string): MethodCall {
  return async (given, service) => {
    let query = others(given, ['retrieve_all']);
    const all: Json[] = [];
    for (;;) {
      const { body } = await service.request({ method: 'GET', path, query });
      const page = partOf(body, plural);
      if (Array.isArray(page)) all.push(...page);
      const next = nextQuery(body, plural);
      if (next === undefined) return { [plural]: all };
      query = next;
    }
  };
}

function nextQuery(body: Json, plural: string): Query | undefined {
  const links = partOf(body, `${plural}_links`);
  const next = Array.isArray(links)
    ? links.find((link) => isJsonObject(link) && link['rel'] === 'next')
    : undefined;
  if (!isJsonObject(next) || typeof next['href'] !== 'string') return undefined;
  return Object.fromEntries(new URL(next['href'], 'http://neutron').searchParams);
}

const bodyOf = ({ body }: MethodArguments): JsonObject => (isJsonObject(body) ? body : {});

/** Neutron has a description where others have metadata: it says which call created it. */
function descriptionOf(key: string): string {
  return `Coppice action ${key}`;
}

/** Of what has another description, or is several, it cannot be known: that is created again. */
function createOnce(path: string, singular: string, plural: string): MethodCall {
  const isOurs = (given: MethodArguments): boolean => {
    const object = bodyOf(given)[singular];
    return isJsonObject(object) && !isGiven(object['description']);
  };
  const look: Look = async (given, service) => {
    if (!isOurs(given)) return undefined;
    const query = { description: descriptionOf(service.key) };
    const found = partOf((await service.request({ method: 'GET', path, query })).body, plural);
    const all = Array.isArray(found) ? found.filter(isJsonObject) : [];
    // A Neutron that cannot look for a description of this kind of object gives all.
    const object = all.find(({ description }) => description === query.description);
    return object === undefined ? undefined : { [singular]: object };
  };
  return once(look, async (given, service) => {
    const body = bodyOf(given);
    const object = body[singular];
    const described =
      isOurs(given) && isJsonObject(object)
        ? { ...body, [singular]: { ...object, description: descriptionOf(service.key) } }
        : body;
    return (await service.request({ method: 'POST', path, body: described })).body;
  });
}

/** A kind of object, as Python names one and several of it. */
interface Kind {
  readonly singular: string;
  readonly plural: string;
  readonly path: string;
  /** `a port` */
  readonly noun: string;
  /** Absent: it can be changed. */
  readonly isFixed?: true;
}

function kind(singular: string, noun: string, plural = `${singular}s`): Kind {
  return { singular, plural, path: `/${plural.replaceAll('_', '-')}`, noun };
}

const kinds: readonly Kind[] = [
  kind('network', 'a network'),
  kind('subnet', 'a subnet'),
  kind('port', 'a port'),
  kind('router', 'a router'),
  { ...kind('floatingip', 'a floating IP'), path: '/floatingips' },
  kind('security_group', 'a security group'),
  { ...kind('security_group_rule', 'a rule of a security group'), isFixed: true },
  kind('subnetpool', 'a pool of subnets'),
];

function methodsOf({ singular, plural, path, noun, isFixed }: Kind): ClientMethod[] {
  const one = `${path}/{${singular}}`;
  return [
    clientMethod(
      `list_${plural}(retrieve_all=true, **_params)`,
      `Lists all, as \`{${plural}: [...]}\`; \`name\`, \`id\` and others are looked for.`,
      listAll(path, plural),
    ),
    clientMethod(`show_${singular}(${singular}, **_params)`, `Shows ${noun}.`, get(one, [singular])),
    clientMethod(`create_${singular}(body=null)`, `Creates ${noun}.`, createOnce(path, singular, plural)),
    ...(isFixed === true ? [] : [updateOf(singular, noun, one)]),
    clientMethod(`delete_${singular}(${singular})`, `Deletes ${noun}.`, remove(one)),
  ];
}

function updateOf(singular: string, noun: string, one: string): ClientMethod {
  const signature = `update_${singular}(${singular}, body=null)`;
  return clientMethod(signature, `Changes ${noun}.`, send('PUT', one, bodyOf, null));
}

function putOnRouter(action: string): MethodCall {
  return send('PUT', `/routers/{router}/${action}`, bodyOf, null);
}

/** A router's gateway is one of its attributes. */
function gateway(of: (body: JsonObject) => JsonObject): MethodCall {
  const change = (given: MethodArguments): JsonObject => ({
    router: { external_gateway_info: of(bodyOf(given)) },
  });
  return send('PUT', '/routers/{router}', change, null);
}

export const neutronMethods: readonly ClientMethod[] = [
  ...kinds.flatMap(methodsOf),
  clientMethod(
    'add_interface_router(router, body=null)',
    'Connects a router with a subnet or a port.',
    putOnRouter('add_router_interface'),
  ),
  clientMethod(
    'remove_interface_router(router, body=null)',
    'Takes that back.',
    putOnRouter('remove_router_interface'),
  ),
  clientMethod(
    'add_gateway_router(router, body=null)',
    "Sets a router's gateway.",
    gateway((body) => body),
  ),
  clientMethod(
    'remove_gateway_router(router)',
    "Takes a router's gateway away.",
    gateway(() => ({})),
  ),
  clientMethod('list_agents(**_params)', 'Lists the agents, for administrators.', get('/agents', [])),
  clientMethod('show_agent(agent, **_params)', 'Shows an agent.', get('/agents/{agent}', ['agent'])),
  clientMethod(
    'update_agent(agent, body=null)',
    'Enables or disables an agent.',
    send('PUT', '/agents/{agent}', bodyOf, null),
  ),
  clientMethod('delete_agent(agent)', 'Deletes the record of an agent.', remove('/agents/{agent}')),
  clientMethod(
    'list_l3_agent_hosting_routers(router, **_params)',
    'The agents that have a router.',
    get('/routers/{router}/l3-agents', ['router']),
  ),
  clientMethod(
    'list_routers_on_l3_agent(l3_agent, **_params)',
    'The routers that an agent has.',
    get('/agents/{l3_agent}/l3-routers', ['l3_agent']),
  ),
  clientMethod(
    'add_router_to_l3_agent(l3_agent, body)',
    'Gives a router to an agent.',
    send('POST', '/agents/{l3_agent}/l3-routers', bodyOf, null),
  ),
  clientMethod(
    'remove_router_from_l3_agent(l3_agent, router_id)',
    'Takes a router from an agent.',
    remove('/agents/{l3_agent}/l3-routers/{router_id}'),
  ),
  clientMethod(
    'list_dhcp_agent_hosting_networks(network, **_params)',
    'The agents that have a network.',
    get('/networks/{network}/dhcp-agents', ['network']),
  ),
  clientMethod(
    'list_networks_on_dhcp_agent(dhcp_agent, **_params)',
    'The networks that an agent has.',
    get('/agents/{dhcp_agent}/dhcp-networks', ['dhcp_agent']),
  ),
  clientMethod(
    'add_network_to_dhcp_agent(dhcp_agent, body=null)',
    'Gives a network to an agent.',
    send('POST', '/agents/{dhcp_agent}/dhcp-networks', bodyOf, null),
  ),
  clientMethod(
    'remove_network_from_dhcp_agent(dhcp_agent, network_id)',
    'Takes a network from an agent.',
    remove('/agents/{dhcp_agent}/dhcp-networks/{network_id}'),
  ),
  clientMethod('list_extensions(**_params)', 'Lists the extensions of Neutron.', get('/extensions', [])),
  clientMethod(
    'show_extension(ext_alias, **_params)',
    'Shows an extension.',
    get('/extensions/{ext_alias}', ['ext_alias']),
  ),
  clientMethod(
    'list_quotas(**_params)',
    'Lists the quotas that are not the default ones.',
    get('/quotas', []),
  ),
  clientMethod(
    'show_quota(project_id, **_params)',
    'Shows the quotas of a project.',
    get('/quotas/{project_id}', ['project_id']),
  ),
  clientMethod(
    'update_quota(project_id, body=null)',
    'Changes the quotas of a project.',
    send('PUT', '/quotas/{project_id}', bodyOf, null),
  ),
  clientMethod(
    'delete_quota(project_id)',
    'Sets the quotas back to the default ones.',
    remove('/quotas/{project_id}'),
  ),
];
