/** Stacks, resources and events as Heat sends them. */
import { utcSeconds } from '../domain/time-text.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { StackResources } from './stack-resources.ts';
import type { SimulatedStack, StackEvent, StackResource } from './simulated-stack.ts';
import { SERVER_TYPE } from './stack-servers.ts';
import type { StackTemplate } from './stack-template.ts';

export interface StackShapes {
  /** Of the orchestration service. */
  readonly url: string;
  readonly resources: StackResources;
  /** The attributes of a server, as Nova sends them. */
  readonly serverAttributes: (id: string) => JsonObject;
}

export function stackUrl({ url }: StackShapes, { projectId, name, id }: SimulatedStack): string {
  return `${url}/v1/${projectId}/stacks/${name}/${id}`;
}

export function selfLink(href: string): readonly JsonObject[] {
  return [{ href, rel: 'self' }];
}

/** As in a list. */
export function describeStackBriefly(stack: SimulatedStack, shapes: StackShapes): JsonObject {
  const { id, name, given, owner, createdAt, updatedAt, deletedAt, action, status, reason } = stack;
  const { description } = given.template.source;
  return {
    id,
    links: selfLink(stackUrl(shapes, stack)),
    stack_name: name,
    description: typeof description === 'string' ? description : '',
    stack_status: `${action}_${status}`,
    stack_status_reason: reason,
    creation_time: utcSeconds(createdAt),
    updated_time: timeOrNull(updatedAt),
    deletion_time: timeOrNull(deletedAt),
    stack_owner: owner.name,
    parent: null,
    stack_user_project_id: stack.projectId,
    tags: given.tags.length === 0 ? null : given.tags,
  };
}

/** @param withOutputs whether their values are worked out, which takes Heat longer. */
export function describeStack(stack: SimulatedStack, shapes: StackShapes, withOutputs: boolean): JsonObject {
  const { id, name, projectId, given } = stack;
  const { template, parameters, timeoutMins, disableRollback, tags } = given;
  return {
    ...describeStackBriefly(stack, shapes),
    description: template.description,
    template_description: template.description,
    deletion_time: null,
    notification_topics: [],
    parameters: {
      'OS::stack_id': id,
      'OS::project_id': projectId,
      'OS::stack_name': name,
      ...Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, textOf(value)])),
    },
    capabilities: [],
    disable_rollback: disableRollback,
    timeout_mins: timeoutMins,
    tags,
    ...(withOutputs && stack.deletedAt === null ? { outputs: describeOutputs(stack, shapes) } : {}),
  };
}

export function describeOutputs(stack: SimulatedStack, { resources }: StackShapes): readonly JsonObject[] {
  return Object.entries(stack.given.template.outputs).map(([key, { description }]) => ({
    output_key: key,
    description: description ?? 'No description given',
    output_value: resources.output(stack, key),
  }));
}

export function describeResource(
  resource: StackResource,
  stack: SimulatedStack,
  shapes: StackShapes,
): JsonObject {
  const { definition, physicalId, action, status, reason, createdAt, updatedAt } = resource;
  const { name, type } = definition;
  const needing = stack.given.template.resources.filter(({ needs }) => needs.includes(name));
  return {
    updated_time: utcSeconds(updatedAt),
    creation_time: utcSeconds(createdAt),
    logical_resource_id: name,
    resource_name: name,
    physical_resource_id: physicalId,
    resource_status: `${action}_${status}`,
    resource_status_reason: reason,
    resource_type: type,
    links: [
      { href: `${stackUrl(shapes, stack)}/resources/${name}`, rel: 'self' },
      { href: stackUrl(shapes, stack), rel: 'stack' },
    ],
    required_by: needing.map((one) => one.name),
  };
}

export function describeResourceFully(
  resource: StackResource,
  stack: SimulatedStack,
  shapes: StackShapes,
): JsonObject {
  const attributes =
    resource.definition.type === SERVER_TYPE
      ? { ...shapes.serverAttributes(resource.physicalId), os_collect_config: {} }
      : { value: resource.value };
  return { ...describeResource(resource, stack, shapes), description: '', attributes };
}

export function describeEvent(event: StackEvent, stack: SimulatedStack, shapes: StackShapes): JsonObject {
  const { id, at, resource, physicalId, status, reason } = event;
  const ofResource = `${stackUrl(shapes, stack)}/resources/${resource}`;
  return {
    id,
    links: [
      { href: `${ofResource}/events/${id}`, rel: 'self' },
      { href: ofResource, rel: 'resource' },
      { href: stackUrl(shapes, stack), rel: 'stack' },
    ],
    event_time: utcSeconds(at),
    logical_resource_id: resource,
    resource_name: resource,
    physical_resource_id: physicalId,
    resource_status: status,
    resource_status_reason: reason,
  };
}

/** A resource that is not there, or not yet: in a preview. */
export function describePlannedResource(
  { name, type, properties }: StackTemplate['resources'][number],
  stack: { readonly name: string; readonly id: string; readonly projectId: string },
): JsonObject {
  const identity = (path: string): JsonObject => ({
    tenant: stack.projectId,
    stack_name: stack.name,
    stack_id: stack.id,
    path,
  });
  return {
    updated_time: null,
    creation_time: null,
    resource_name: name,
    physical_resource_id: '',
    resource_action: 'INIT',
    resource_status: 'COMPLETE',
    resource_status_reason: '',
    resource_type: type,
    resource_identity: identity(`/resources/${name}`),
    stack_identity: identity(''),
    stack_name: stack.name,
    required_by: [],
    description: '',
    metadata: {},
    attributes: { value: null },
    properties,
  };
}

/** `POST .../validate` */
export function describeTemplate({ description, parameters }: StackTemplate): JsonObject {
  return {
    Description: description,
    Parameters: Object.fromEntries(
      Object.entries(parameters).map(([name, { type, default: standard, description: what }]) => [
        name,
        {
          Type: typeNames[textOf(type)] ?? 'String',
          Description: what ?? '',
          NoEcho: 'false',
          Label: name,
          ...(standard === undefined ? {} : { Default: standard }),
        },
      ]),
    ),
    Environment: {
      resource_registry: { resources: {} },
      parameters: {},
      parameter_defaults: {},
      event_sinks: [],
    },
  };
}

const typeNames: Readonly<Record<string, string>> = {
  number: 'Number',
  comma_delimited_list: 'CommaDelimitedList',
  json: 'Json',
  boolean: 'Boolean',
};

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

function timeOrNull(ms: number | null): string | null {
  return ms === null ? null : utcSeconds(ms);
}
