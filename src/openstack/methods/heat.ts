/** python-heatclient's managers (heatclient/v1/): stacks, their resources and events, software configs. */
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import { pathSegment } from '../answer-body.ts';
import {
  type CalledService,
  type ClientMethod,
  clientMethod,
  type MethodArguments,
  type MethodCall,
  MethodFailure,
} from './client-method.ts';
import { type Look, once } from './once.ts';
import {
  idIn,
  isGiven,
  list,
  partOf,
  pathOf,
  plainText,
  type Query,
  queryOf,
  remove,
  send,
  show,
} from './requests.ts';

/**
 * `/stacks/NAME/ID` of a name or an id: Heat answers `/stacks/NAME` with a redirect to it, which is found
 * here and not followed.
 */
async function stackPath(given: MethodArguments, service: CalledService): Promise<string> {
  const id = idIn('stack_id', given);
  if (id.includes('/')) return `/stacks/${id.split('/').map(pathSegment).join('/')}`;
  const { headers } = await service.request({ method: 'GET', path: `/stacks/${pathSegment(id)}` });
  const [, found] = /\/stacks\/([^/?]+\/[^/?]+)/.exec(headers['location'] ?? '') ?? [];
  if (found === undefined) throw new MethodFailure(`stack_id: Heat did not say where the stack ${id} is`);
  return `/stacks/${found}`;
}

interface StackCall {
  readonly verb?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Behind the stack's own path. */
  readonly path?: string;
  readonly query?: (given: MethodArguments) => Query;
  readonly body?: (given: MethodArguments) => JsonObject;
  /** null: the whole body; absent: nothing. */
  readonly key?: string | null;
}

function onStack({ verb = 'GET', path = '', query, body, key }: StackCall): MethodCall {
  return async (given, service) => {
    const answer = await service.request({
      method: verb,
      path: (await stackPath(given, service)) + pathOf(path, given),
      query: query?.(given) ?? {},
      ...(body === undefined ? {} : { body: body(given) }),
      // An update that is sent again begins another one.
      ...(verb === 'PUT' ? { isRepeatable: false } : {}),
    });
    return key === undefined ? null : partOf(answer.body, key ?? undefined);
  };
}

/** `filters` are parameters of the query like the others. */
function filtersOf(without: readonly string[]): (given: MethodArguments) => Query {
  return (given) => {
    const { filters, ...own } = given;
    const named = Object.entries(own).filter(([name]) => !without.includes(name));
    return { ...queryOf(isJsonObject(filters) ? filters : {}), ...queryOf(Object.fromEntries(named)) };
  };
}

/** All arguments but these. */
function restOf(given: MethodArguments, without: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(given).filter(([name]) => !without.includes(name)));
}

const whole = (given: MethodArguments): JsonObject => given;

function tagOf(key: string): string {
  return `coppice-action-${key}`;
}

const look: Look = async (_given, service) => {
  const { body } = await service.request({
    method: 'GET',
    path: '/stacks',
    query: { tags: tagOf(service.key) },
  });
  const stacks = partOf(body, 'stacks');
  const all = Array.isArray(stacks) ? stacks.filter(isJsonObject) : [];
  const stack = all.find(({ tags }) => Array.isArray(tags) && tags.includes(tagOf(service.key)));
  return stack === undefined
    ? undefined
    : { stack: { id: stack['id'] ?? null, links: stack['links'] ?? [] } };
};

const createStack: MethodCall = once(look, async (given, service) => {
  const tags = isGiven(given['tags']) ? `${plainText(given['tags'])},` : '';
  const body = { ...given, tags: tags + tagOf(service.key) };
  return (await service.request({ method: 'POST', path: '/stacks', body })).body;
});

/** `existing`: what is left out stays as it is. */
const updateStack: MethodCall = async (given, service) => {
  const verb = isGiven(given['existing']) ? 'PATCH' : 'PUT';
  return await onStack({ verb, body: (all) => restOf(all, ['stack_id', 'existing']) })(given, service);
};

const previewUpdate: MethodCall = async (given, service) => {
  const verb = isGiven(given['existing']) ? 'PATCH' : 'PUT';
  const query = (all: MethodArguments): Query => (isGiven(all['show_nested']) ? { show_nested: 'True' } : {});
  const body = (all: MethodArguments): JsonObject => restOf(all, ['stack_id', 'existing', 'show_nested']);
  return await onStack({ verb, path: '/preview', query, body, key: null })(given, service);
};

/** As many pages as it takes to have `limit` of them. */
const listStacks: MethodCall = async (given, service) => {
  const query = filtersOf([])(given);
  const most = Number(query['limit'] ?? 0);
  const all: Json[] = [];
  for (;;) {
    const last = all.at(-1);
    const marker = isJsonObject(last) ? { marker: plainText(last['id']) } : {};
    const limit = most === 0 ? {} : { limit: most - all.length };
    const { body } = await service.request({
      method: 'GET',
      path: '/stacks',
      query: { ...query, ...marker, ...limit },
    });
    const page = partOf(body, 'stacks');
    if (!Array.isArray(page) || page.length === 0) return all;
    all.push(...page);
    if (all.length >= most) return all;
  }
};

const events: MethodCall = async (given, service) => {
  const of = isGiven(given['resource_name']) ? '/resources/{resource_name}/events' : '/events';
  return await onStack({ path: of, query: filtersOf(['stack_id', 'resource_name']), key: 'events' })(
    given,
    service,
  );
};

function act(action: string): MethodCall {
  return onStack({ verb: 'POST', path: '/actions', body: () => ({ [action]: null }) });
}

function resource(path: string, key: string | null): MethodCall {
  return onStack({ path: `/resources/{resource_name}${path}`, key });
}

const config = '/software_configs/{config_id}';
const deployment = '/software_deployments/{deployment_id}';

export const heatMethods: readonly ClientMethod[] = [
  clientMethod(
    'stacks.get(stack_id, resolve_outputs=true)',
    'Shows a stack, by its name or id, with its outputs.',
    onStack({
      key: 'stack',
      query: ({ resolve_outputs: wanted }) => (isGiven(wanted) ? {} : { resolve_outputs: 'False' }),
    }),
  ),
  clientMethod('stacks.list(**kwargs)', 'Lists the stacks: `limit`, `marker`, `filters`, ...', listStacks),
  clientMethod(
    'stacks.create(**kwargs)',
    'Begins to create a stack: `stack_name`, `template`, `parameters`, `files`, `environment`, ... Gives `{stack: {id, links}}`.',
    createStack,
  ),
  clientMethod(
    'stacks.update(stack_id, **kwargs)',
    'Begins to update a stack; with `existing`, what is left out stays.',
    updateStack,
  ),
  clientMethod('stacks.delete(stack_id)', 'Begins to delete a stack.', onStack({ verb: 'DELETE' })),
  clientMethod(
    'stacks.preview(**kwargs)',
    'What a creation would make.',
    send('POST', '/stacks/preview', whole, 'stack'),
  ),
  clientMethod('stacks.preview_update(stack_id, **kwargs)', 'What an update would change.', previewUpdate),
  clientMethod('stacks.validate(**kwargs)', 'Checks a `template`.', send('POST', '/validate', whole, null)),
  clientMethod(
    'stacks.template(stack_id)',
    'The template of a stack.',
    onStack({ path: '/template', key: null }),
  ),
  clientMethod(
    'stacks.environment(stack_id)',
    'The environment of a stack.',
    onStack({ path: '/environment', key: null }),
  ),
  clientMethod(
    'stacks.output_list(stack_id)',
    'Lists the outputs, without their values.',
    onStack({ path: '/outputs', key: null }),
  ),
  clientMethod(
    'stacks.output_show(stack_id, output_key)',
    'Shows an output.',
    onStack({ path: '/outputs/{output_key}', key: null }),
  ),
  clientMethod(
    'stacks.abandon(stack_id)',
    'Deletes a stack, and leaves what it consists of.',
    onStack({ verb: 'DELETE', path: '/abandon', key: null }),
  ),
  clientMethod(
    'stacks.snapshot(stack_id, name=null)',
    'Begins to make a snapshot.',
    onStack({
      verb: 'POST',
      path: '/snapshots',
      body: ({ name }) => (isGiven(name) ? { name } : {}),
      key: null,
    }),
  ),
  clientMethod(
    'stacks.snapshot_list(stack_id)',
    'Lists the snapshots.',
    onStack({ path: '/snapshots', key: null }),
  ),
  clientMethod(
    'stacks.snapshot_show(stack_id, snapshot_id)',
    'Shows a snapshot.',
    onStack({ path: '/snapshots/{snapshot_id}', key: null }),
  ),
  clientMethod(
    'stacks.snapshot_delete(stack_id, snapshot_id)',
    'Deletes a snapshot.',
    onStack({ verb: 'DELETE', path: '/snapshots/{snapshot_id}', key: null }),
  ),
  clientMethod(
    'stacks.restore(stack_id, snapshot_id)',
    'Begins to restore a snapshot.',
    onStack({ verb: 'POST', path: '/snapshots/{snapshot_id}/restore', key: null }),
  ),
  clientMethod('actions.check(stack_id)', 'Begins to check what a stack consists of.', act('check')),
  clientMethod('actions.suspend(stack_id)', 'Begins to suspend a stack.', act('suspend')),
  clientMethod('actions.resume(stack_id)', 'Begins to resume a stack.', act('resume')),
  clientMethod('actions.cancel_update(stack_id)', 'Ends an update.', act('cancel_update')),
  clientMethod(
    'resources.list(stack_id, **kwargs)',
    'Lists the resources of a stack: `nested_depth`, `filters`, ...',
    onStack({ path: '/resources', query: filtersOf(['stack_id']), key: 'resources' }),
  ),
  clientMethod(
    'resources.get(stack_id, resource_name, with_attr=null)',
    'Shows a resource.',
    onStack({
      path: '/resources/{resource_name}',
      query: ({ with_attr = null }) => queryOf({ with_attr }),
      key: 'resource',
    }),
  ),
  clientMethod(
    'resources.metadata(stack_id, resource_name)',
    'Shows the metadata of a resource.',
    resource('/metadata', 'metadata'),
  ),
  clientMethod(
    'resources.signal(stack_id, resource_name, data=null)',
    'Sends a signal to a resource.',
    onStack({
      verb: 'POST',
      path: '/resources/{resource_name}/signal',
      body: ({ data }) => (isJsonObject(data) ? data : {}),
      key: null,
    }),
  ),
  clientMethod(
    'resources.mark_unhealthy(stack_id, resource_name, mark_unhealthy, resource_status_reason)',
    'Has a resource replaced by the next update.',
    onStack({
      verb: 'PATCH',
      path: '/resources/{resource_name}',
      body: ({ mark_unhealthy = null, resource_status_reason = null }) => ({
        mark_unhealthy,
        resource_status_reason,
      }),
      key: null,
    }),
  ),
  clientMethod(
    'events.list(stack_id, resource_name=null, **kwargs)',
    'Lists the events of a stack, or of a resource.',
    events,
  ),
  clientMethod(
    'events.get(stack_id, resource_name, event_id)',
    'Shows an event.',
    resource('/events/{event_id}', 'event'),
  ),
  clientMethod(
    'resource_types.list(**kwargs)',
    'Lists the types of resources.',
    list('/resource_types', 'resource_types', filtersOf([])),
  ),
  clientMethod(
    'resource_types.get(resource_type, with_description=false)',
    'Shows the schema of a type.',
    show('/resource_types/{resource_type}', undefined, ({ with_description: wanted }) => ({
      with_description: isGiven(wanted) ? 'True' : 'False',
    })),
  ),
  clientMethod(
    'resource_types.generate_template(resource_type, template_type="cfn")',
    'A template with a resource of a type.',
    show('/resource_types/{resource_type}/template', undefined, ({ template_type = null }) =>
      queryOf({ template_type }),
    ),
  ),
  clientMethod(
    'software_configs.list(**kwargs)',
    'Lists the software configs.',
    list('/software_configs', 'software_configs', filtersOf([])),
  ),
  clientMethod(
    'software_configs.get(config_id)',
    'Shows a software config.',
    show(config, 'software_config'),
  ),
  clientMethod(
    'software_configs.create(**kwargs)',
    'Creates a software config.',
    send('POST', '/software_configs', whole, 'software_config'),
  ),
  clientMethod('software_configs.delete(config_id)', 'Deletes a software config.', remove(config)),
  clientMethod(
    'software_deployments.list(**kwargs)',
    'Lists the software deployments.',
    list('/software_deployments', 'software_deployments', filtersOf([])),
  ),
  clientMethod(
    'software_deployments.get(deployment_id)',
    'Shows a software deployment.',
    show(deployment, 'software_deployment'),
  ),
  clientMethod(
    'software_deployments.create(**kwargs)',
    'Creates a software deployment.',
    send('POST', '/software_deployments', whole, 'software_deployment'),
  ),
  clientMethod(
    'software_deployments.update(deployment_id, **kwargs)',
    'Changes a software deployment.',
    send('PUT', deployment, (given) => restOf(given, ['deployment_id']), 'software_deployment'),
  ),
  clientMethod(
    'software_deployments.delete(deployment_id)',
    'Deletes a software deployment.',
    remove(deployment),
  ),
  clientMethod(
    'software_deployments.metadata(server_id)',
    'The software deployments of a server.',
    show('/software_deployments/metadata/{server_id}', 'metadata'),
  ),
  clientMethod('build_info.build_info()', 'The version of Heat.', show('/build_info')),
  clientMethod('services.list()', "Lists Heat's engines, for administrators.", list('/services', 'services')),
  clientMethod(
    'template_versions.list()',
    'Lists the versions of templates.',
    list('/template_versions', 'template_versions'),
  ),
];
