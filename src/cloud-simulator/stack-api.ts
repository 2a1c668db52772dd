/** Heat's API: stacks, their resources, events and outputs. */
import type { Json, JsonObject } from '../domain/json.ts';
import { SimulatorError } from './api-error.ts';
import { describeServer } from './compute-shapes.ts';
import {
  endpoint,
  isTrueText,
  page,
  textIn,
  type SimulatorAnswer,
  type SimulatorCall,
  type SimulatorEndpoint,
} from './endpoint.ts';
import {
  describeEvent,
  describeOutputs,
  describeResource,
  describeResourceFully,
  describeStack,
  describeStackBriefly,
  describeTemplate,
  selfLink,
  stackUrl,
  type StackShapes,
} from './stack-shapes.ts';
import { part, readStackTemplate } from './stack-template.ts';
import type { SimulatedStack, StackRequest, StackResource } from './simulated-stack.ts';
import type { World } from './world.ts';
import { isListedEvent, isListedStack, resourceFilter } from './stack-filters.ts';
import { stackNameIn, stackGiven, environmentIn } from './stack-body.ts';
import { previewCreation, previewUpdate } from './stack-previews.ts';

const ROOT = '/v1/:project';

const STACK = `${ROOT}/stacks/:name/:id`;

interface Tools {
  readonly world: World;
  readonly shapes: () => StackShapes;
}

export function stackEndpoints(world: World, baseUrl: () => string): readonly SimulatorEndpoint[] {
  const url = (): string => `${baseUrl()}/orchestration`;
  const tools: Tools = { world, shapes: () => shapesOf(world, url(), `${baseUrl()}/compute`) };
  return [
    endpoint(
      'GET /',
      'version',
      () => ({
        status: 300,
        body: {
          versions: [{ id: 'v1.0', status: 'CURRENT', links: [{ rel: 'self', href: `${url()}/v1/` }] }],
        },
      }),
      { isOpen: true },
    ),
    endpoint(`GET ${ROOT}/build_info`, 'build-info', () => ({
      status: 200,
      body: { api: { revision: 'unknown' }, engine: { revision: 'unknown' } },
    })),
    endpoint(`POST ${ROOT}/validate`, 'validate', ({ body }) => ({
      status: 200,
      body: describeTemplate(readStackTemplate(body['template'], environmentIn(body))),
    })),
    ...collection(tools),
    ...lookups(tools),
    ...stackOnly(tools),
    ...parts(tools),
  ];
}

function shapesOf(world: World, url: string, computeUrl: string): StackShapes {
  const { servers, hosts, network, stacks } = world;
  return {
    url,
    resources: stacks.resources,
    serverAttributes(id) {
      const server = servers.find(id);
      if (server === undefined) return {};
      const hostOf = (name: string | null) => hosts.find(name);
      const flavorOf = world.flavors.get.bind(world.flavors);
      return describeServer(server, {
        minor: 90,
        isAdmin: false,
        computeUrl,
        network,
        flavorOf,
        hostOf,
        now: world.clock.now(),
      });
    },
  };
}

function collection({ world, shapes }: Tools): SimulatorEndpoint[] {
  const { stacks } = world;
  const list = (call: SimulatorCall): SimulatorAnswer => {
    const filtered = stacks.all.filter(filterOf(call));
    const { items } = page(filtered, call.query);
    const { limit } = call.query;
    const last = items.at(-1);
    const query = new URLSearchParams({ ...call.query, marker: last?.id ?? '' });
    const next = `${shapes().url}/v1/${call.projectId}/stacks?${query.toString()}`;
    return {
      status: 200,
      body: {
        stacks: items.map((stack) => describeStackBriefly(stack, shapes())),
        ...(limit !== undefined && last !== undefined && items.length === Number(limit)
          ? { links: [{ rel: 'next', href: next }] }
          : {}),
      },
    };
  };
  return [
    endpoint(`GET ${ROOT}/stacks`, 'list', list),
    endpoint(`GET ${ROOT}/stacks/detail`, 'list', list),
    endpoint(`POST ${ROOT}/stacks`, 'create', (call) => {
      const name = stackNameIn(call.body);
      const given = stackGiven(call.body, world);
      const { id: userId, name: userName } = call.token.user;
      const stack = stacks.create(
        { ...given, name, projectId: call.projectId, owner: { id: userId, name: userName } },
        requestOf(call),
      );
      const href = stackUrl(shapes(), stack);
      return {
        status: 201,
        body: { stack: { id: stack.id, links: selfLink(href) } },
        headers: { Location: href },
      };
    }),
    endpoint(`POST ${ROOT}/stacks/preview`, 'preview', (call) => previewCreation(call, world, shapes())),
  ];
}

/** @throws SimulatorError 400. */
function filterOf(call: SimulatorCall): (stack: SimulatedStack) => boolean {
  const { query, projectId } = call;
  const { global_tenant: everywhere = 'false' } = query;
  if (!['true', 'false'].includes(everywhere.toLowerCase()))
    throw new SimulatorError(
      400,
      `Unrecognized value "${everywhere}" for "global_tenant", acceptable values are: true, false.`,
      'HTTPBadRequest',
    );
  return (stack) =>
    (stack.projectId === projectId || (isTrueText(everywhere) && call.isAdmin)) &&
    (stack.deletedAt === null || isTrueText(query['show_deleted'])) &&
    isListedStack(stack, query);
}

/** What can be asked of a stack by its name or id alone, and is answered with where it is. */
const named: readonly (readonly [method: SimulatorEndpoint['method'], paths: readonly string[]])[] = [
  ['GET', ['', 'resources', 'events', 'template', 'environment', 'files', 'outputs']],
  ['POST', ['actions']],
  ['PUT', ['']],
  ['PATCH', ['']],
  ['DELETE', ['']],
];

function lookups({ world, shapes }: Tools): SimulatorEndpoint[] {
  return named.flatMap(([method, paths]) =>
    paths.map((path) => {
      const suffix = path === '' ? '' : `/${path}`;
      return endpoint(`${method} ${ROOT}/stacks/:name${suffix}`, 'lookup', (call) => {
        const query = new URLSearchParams(call.query).toString();
        const stack = known(call, call.params['name'] ?? '', world);
        const href = `${stackUrl(shapes(), stack)}${suffix}${query === '' ? '' : `?${query}`}`;
        const message = `The resource was found at <a href="${href}">${href}</a>;\nyou should be redirected automatically.\n\n`;
        return {
          status: 302,
          body: { message, code: '302 Found', title: 'Found' },
          headers: { Location: href },
        };
      });
    }),
  );
}

function stackOnly({ world, shapes }: Tools): SimulatorEndpoint[] {
  const { stacks } = world;
  const target = { target: 'id' };
  const accepted: SimulatorAnswer = {
    status: 202,
    body: {
      message: 'The request is accepted for processing.<br /><br />\n\n\n',
      code: '202 Accepted',
      title: 'Accepted',
    },
  };
  return [
    endpoint(
      `GET ${STACK}`,
      'show',
      (call) => {
        const withOutputs = call.query['resolve_outputs']?.toLowerCase() !== 'false';
        return { status: 200, body: { stack: describeStack(found(call, world), shapes(), withOutputs) } };
      },
      target,
    ),
    ...(['PUT', 'PATCH'] as const).map((method) =>
      endpoint(
        `${method} ${STACK}`,
        'update',
        (call) => {
          const stack = living(call, world);
          stacks.update(
            stack,
            stackGiven(call.body, world, method === 'PATCH' ? stack.given : undefined),
            requestOf(call),
          );
          return accepted;
        },
        target,
      ),
    ),
    endpoint(
      `DELETE ${STACK}`,
      'delete',
      (call) => {
        stacks.delete(living(call, world), requestOf(call));
        return { status: 204 };
      },
      target,
    ),
    endpoint(`PUT ${STACK}/preview`, 'preview', (call) => previewUpdate(call, living(call, world), world)),
    endpoint(
      `POST ${STACK}/actions`,
      {
        operation: ({ body }) => Object.keys(body)[0] ?? 'action',
        operations: ['check', 'suspend', 'resume'],
      },
      (call) => {
        const stack = living(call, world);
        const [action] = Object.keys(call.body);
        if (action === undefined) throw new SimulatorError(400, 'No action specified', 'HTTPBadRequest');
        const known = { check: 'CHECK', suspend: 'SUSPEND', resume: 'RESUME' } as const;
        const wanted = Object.entries(known).find(([name]) => name === action)?.[1];
        if (wanted === undefined)
          throw new SimulatorError(400, `Invalid action ${action} specified`, 'HTTPBadRequest');
        stacks.act(stack, wanted, requestOf(call));
        return { status: 200, body: null };
      },
      target,
    ),
  ];
}

function parts({ world, shapes }: Tools): SimulatorEndpoint[] {
  const { stacks } = world;
  const show = (
    path: string,
    describe: (stack: SimulatedStack, call: SimulatorCall) => Json,
  ): SimulatorEndpoint =>
    endpoint(`GET ${STACK}${path}`, 'show', (call) => ({
      status: 200,
      body: describe(found(call, world), call),
    }));
  return [
    show('/template', ({ given }) => given.template.source),
    show('/environment', ({ given }) => ({
      resource_registry: { resources: {}, ...part(given.environment, 'resource_registry') },
      parameters: { ...part(given.environment, 'parameters'), ...given.writtenParameters },
      parameter_defaults: part(given.environment, 'parameter_defaults'),
      event_sinks: [],
      encrypted_param_names: [],
    })),
    show('/files', ({ given }) => given.files),
    show('/outputs', (stack) => ({
      outputs: describeOutputs(stack, shapes()).map(({ output_key, description }) => ({
        output_key: output_key ?? '',
        description: description ?? '',
      })),
    })),
    show('/outputs/:key', (stack, { params }) => {
      const output = describeOutputs(stack, shapes()).find((one) => one['output_key'] === params['key']);
      if (output === undefined)
        throw new SimulatorError(404, `Specified output key ${params['key']} not found.`, 'NotFound');
      return { output };
    }),
    show('/resources', (stack, { query }) => ({
      resources: [...stack.resources.values()]
        .filter(resourceFilter(query))
        .map((one) => describeResource(one, stack, shapes())),
    })),
    show('/resources/:resource', (stack, call) => ({
      resource: describeResourceFully(resourceOf(stack, call), stack, shapes()),
    })),
    endpoint(`PATCH ${STACK}/resources/:resource`, 'mark-unhealthy', (call) => {
      const stack = living(call, world);
      const reason =
        textIn(call.body, 'resource_status_reason') ?? 'state changed by resource_mark_unhealthy api';
      stacks.markUnhealthy(stack, resourceOf(stack, call), reason);
      return { status: 200, body: null };
    }),
    show('/events', (stack, call) => eventsOf(stack, call, shapes())),
    show('/resources/:resource/events', (stack, call) => eventsOf(stack, call, shapes())),
  ];
}

function eventsOf(stack: SimulatedStack, { params, query }: SimulatorCall, shapes: StackShapes): JsonObject {
  const { resource } = params;
  const own = stack.events.filter(
    (event) => (resource === undefined || event.resource === resource) && isListedEvent(event, stack, query),
  );
  const sorted = query['sort_dir'] === 'desc' ? own.toReversed() : own;
  return { events: page(sorted, query).items.map((event) => describeEvent(event, stack, shapes)) };
}

function resourceOf(stack: SimulatedStack, { params }: SimulatorCall): StackResource {
  const name = params['resource'] ?? '';
  const resource = stack.resources.get(name);
  if (resource !== undefined) return resource;
  throw new SimulatorError(
    404,
    `The Resource (${name}) could not be found in Stack ${stack.name}.`,
    'ResourceNotFound',
  );
}

/** @throws SimulatorError 404. */
function known({ projectId }: SimulatorCall, idOrName: string, { stacks }: World): SimulatedStack {
  const stack = stacks.find(projectId, idOrName);
  if (stack === undefined) throw unknownStack(idOrName);
  return stack;
}

function found(call: SimulatorCall, world: World): SimulatedStack {
  const { name = '', id = '' } = call.params;
  const stack = world.stacks.find(call.projectId, id);
  if (stack === undefined || stack.name !== name) throw unknownStack(name);
  return stack;
}

/** One that was deleted can be shown, and nothing else. */
function living(call: SimulatorCall, world: World): SimulatedStack {
  const stack = found(call, world);
  if (stack.deletedAt !== null) throw unknownStack(stack.name);
  return stack;
}

function unknownStack(name: string): SimulatorError {
  return new SimulatorError(404, `The Stack (${name}) could not be found.`, 'EntityNotFound');
}

function requestOf({ requestId, fail }: SimulatorCall): StackRequest {
  return { requestId, failure: fail === undefined ? null : fail.message };
}
