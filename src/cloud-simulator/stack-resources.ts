/**
 * Resources of stacks: made, changed and removed as the template says. A server is one of the simulated
 * cloud (`stack-servers.ts`); all other resources only have a value.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '../domain/json.ts';
import { SimulatorError } from './api-error.ts';
import type { Clock } from './clock.ts';
import type { SimulatedServer } from './simulated-server.ts';
import type { SimulatedStack, StackRequest, StackResource, StackStatus } from './simulated-stack.ts';
import { SERVER_TYPE, type StackServers } from './stack-servers.ts';
import { resolveFunctions, type ResourceDefinition } from './stack-template.ts';

/** For which request resources are changed, and what of it could not be begun. */
export interface ResourceWork {
  readonly request: StackRequest;
  /** By resource: why it could not be begun. */
  readonly failures: Map<string, string>;
}

export class StackResources {
  readonly #byServer = new Map<string, SimulatedStack>();
  readonly #clock: Clock;
  readonly #servers: StackServers;

  constructor({ clock, servers }: { readonly clock: Clock; readonly servers: StackServers }) {
    this.#clock = clock;
    this.#servers = servers;
  }

  /** The stack that made a server. */
  stackOf({ id, vmState }: SimulatedServer): SimulatedStack | undefined {
    const stack = this.#byServer.get(id);
    if (vmState === 'deleted') this.#byServer.delete(id);
    return stack;
  }

  /** Makes the resources what the template says now. */
  updateAll(stack: SimulatedStack, work: ResourceWork): void {
    const { resources } = stack.given.template;
    for (const [name, resource] of stack.resources)
      if (!resources.some((one) => one.name === name)) {
        this.delete(stack, resource, work);
        stack.resources.delete(name);
      }
    for (const definition of resources) this.#update(stack, definition, work);
  }

  create(stack: SimulatedStack, definition: ResourceDefinition, work: ResourceWork): void {
    const now = this.#clock.now();
    const suffix = randomBytes(8).toString('hex').slice(0, 12);
    const { type, name } = definition;
    const properties = this.#evaluate(stack, definition.properties) as JsonObject;
    const length = Number(properties['length'] ?? 32);
    const resource: StackResource = {
      definition,
      properties,
      physicalId: '',
      action: 'INIT',
      status: 'COMPLETE',
      reason: '',
      createdAt: now,
      updatedAt: now,
      value: randomBytes(Number.isInteger(length) ? length : 32)
        .toString('hex')
        .slice(0, length),
    };
    stack.resources.set(name, resource);
    const physicalName = `${stack.name}-${name}-${suffix}`;
    this.mark(stack, resource, 'CREATE', 'IN_PROGRESS', 'state changed');
    this.attempt(resource, work, () => {
      if (type === SERVER_TYPE) {
        const server = this.#servers.create(physicalName, properties, stack, work.request);
        resource.physicalId = server.id;
        this.#byServer.set(server.id, stack);
      } else if (properties['fail'] === true) {
        work.failures.set(name, `ValueError: resources.${name}: Test Resource failed ${name}`);
      } else resource.physicalId = physicalName;
    });
  }

  /** A server is changed in place as far as it can; what has failed, and all else, is replaced. */
  #update(stack: SimulatedStack, definition: ResourceDefinition, work: ResourceWork): void {
    const before = stack.resources.get(definition.name);
    const properties = this.#evaluate(stack, definition.properties) as JsonObject;
    const isSame =
      before !== undefined &&
      before.definition.type === definition.type &&
      JSON.stringify(before.properties) === JSON.stringify(properties);
    if (before === undefined) return this.create(stack, definition, work);
    if (isSame && !this.#servers.needsReplacement(before)) return;
    if (this.#servers.changeInPlace(before, properties)) {
      const changed = { ...before, definition, properties };
      stack.resources.set(definition.name, changed);
      return this.mark(stack, changed, 'UPDATE', 'IN_PROGRESS', 'state changed');
    }
    this.delete(stack, before, work);
    this.create(stack, definition, work);
  }

  delete(stack: SimulatedStack, resource: StackResource, work: ResourceWork): void {
    this.mark(stack, resource, 'DELETE', 'IN_PROGRESS', 'state changed');
    const server = this.#servers.find(resource);
    if (server !== undefined) this.attempt(resource, work, () => this.#servers.delete(server, work.request));
  }

  /** What a service refuses is a failure of the resource. */
  attempt({ definition }: StackResource, { failures }: ResourceWork, run: () => void): void {
    try {
      run();
    } catch (error) {
      if (!(error instanceof SimulatorError)) throw error;
      const kind = { 400: 'BadRequest', 403: 'Forbidden', 409: 'Conflict' }[error.status] ?? 'Error';
      failures.set(
        definition.name,
        `${kind}: resources.${definition.name}: ${error.message} (HTTP ${error.status})`,
      );
    }
  }

  attribute(stack: SimulatedStack, name: string, attribute: string): Json {
    const resource = stack.resources.get(name);
    if (resource === undefined || resource.physicalId === '') return null;
    return resource.definition.type === SERVER_TYPE
      ? this.#servers.attribute(resource, attribute)
      : attribute === 'value' || attribute === 'output'
        ? resource.value
        : null;
  }

  /** @returns null where what it is of is not there yet. */
  output(stack: SimulatedStack, name: string): Json {
    const isThere = stack.resources.size > 0 && stack.status !== 'IN_PROGRESS';
    const value = stack.given.template.outputs[name]?.['value'] ?? null;
    return isThere ? this.#evaluate(stack, value) : null;
  }

  #evaluate(stack: SimulatedStack, value: Json): Json {
    const { given, id, name, projectId } = stack;
    return resolveFunctions(value, {
      parameters: {
        ...given.parameters,
        'OS::stack_id': id,
        'OS::stack_name': name,
        'OS::project_id': projectId,
      },
      idOf: (resource) => stack.resources.get(resource)?.physicalId ?? null,
      attributeOf: (resource, attribute) => this.attribute(stack, resource, attribute),
    });
  }

  mark(
    stack: SimulatedStack,
    resource: StackResource,
    action: StackResource['action'],
    status: StackStatus,
    reason: string,
  ): void {
    const isNews = resource.action !== action || resource.status !== status;
    Object.assign(resource, { action, status, reason, updatedAt: this.#clock.now() });
    if (isNews)
      this.record(stack, resource.definition.name, resource.physicalId, `${action}_${status}`, reason);
  }

  /** An event of a resource, or of the stack itself, under its own name. */
  record(stack: SimulatedStack, resource: string, physicalId: string, status: string, reason: string): void {
    stack.events.push({
      id: randomUUID(),
      at: this.#clock.now(),
      resource,
      physicalId,
      status,
      reason,
    });
    if (stack.events.length > 1000) stack.events.shift();
  }
}
