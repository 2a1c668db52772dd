/**
 * Stacks: what Heat does with them. An action sets the stack and its resources IN_PROGRESS, begins what it
 * does to the servers, and ends when its time is over and no server of the stack is under way. An action that
 * comes while another one runs is accepted, and takes its place, as in Heat.
 *
 *     stack-template.ts   the template, checked and evaluated     stack-servers.ts   OS::Nova::Server
 *     stack-api.ts        Heat's API                              stack-shapes.ts    as Heat sends them
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '../domain/json.ts';
import { ApiError } from './api-error.ts';
import type { Clock } from './clock.ts';
import type { MutationLog } from './mutation-log.ts';
import type { SimulatedServer } from './servers.ts';
import type { SimulatorSettings } from './settings.ts';
import { SERVER_TYPE, type StackServers } from './stack-servers.ts';
import { evaluate, type ResourceDefinition, type Template } from './stack-template.ts';

export type StackAction = 'CREATE' | 'UPDATE' | 'DELETE' | 'CHECK' | 'SUSPEND' | 'RESUME' | 'ROLLBACK';
export type StackStatus = 'IN_PROGRESS' | 'COMPLETE' | 'FAILED';

export interface SimulatedStack {
  readonly id: string;
  readonly name: string;
  readonly projectId: string;
  readonly owner: { readonly id: string; readonly name: string };
  readonly createdAt: number;
  updatedAt: number | null;
  deletedAt: number | null;
  action: StackAction;
  status: StackStatus;
  reason: string;
  given: StackGiven;
  readonly resources: Map<string, StackResource>;
  /** The oldest first. */
  readonly events: StackEvent[];
}

/** What was written of a stack. */
export interface StackGiven {
  readonly template: Template;
  /** With defaults. */
  readonly parameters: JsonObject;
  /** As they were written. */
  readonly writtenParameters: JsonObject;
  readonly environment: JsonObject;
  readonly files: JsonObject;
  readonly tags: readonly string[];
  readonly timeoutMins: number | null;
  readonly disableRollback: boolean;
}

export interface StackResource {
  readonly definition: ResourceDefinition;
  /** With functions carried out. */
  readonly properties: JsonObject;
  /** Empty: there is none yet. */
  physicalId: string;
  action: StackAction | 'INIT';
  status: StackStatus;
  reason: string;
  readonly createdAt: number;
  updatedAt: number;
  /** What it made up: the text of a RandomString. */
  readonly value: string;
}

export interface StackEvent {
  readonly id: string;
  readonly at: number;
  /** Of the resource; of an event of the stack itself the name of the stack. */
  readonly resource: string;
  readonly physicalId: string;
  readonly status: string;
  readonly reason: string;
}

export interface StackRequest {
  readonly requestId: string;
  /** It is to end as FAILED, with this reason. */
  readonly failure: string | null;
}

export interface StackTools {
  readonly clock: Clock;
  readonly mutations: MutationLog;
  readonly settings: () => SimulatorSettings;
  readonly servers: StackServers;
}

interface Operation {
  readonly request: StackRequest;
  /** What is done to the resources: a rollback removes them, or takes them back to what was before. */
  readonly work: StackAction;
  /** What was written before an update that can be rolled back. */
  readonly before: StackGiven | null;
  isTimeOver: boolean;
  readonly ended: () => void;
  /** By resource: why it could not be begun. */
  readonly failures: Map<string, string>;
}

/** An action of a stack, and what it does to the resources, where that is another one. */
interface Begun {
  readonly action: StackAction;
  readonly work?: StackAction;
  readonly before?: StackGiven | null;
}

/** Actions that Heat counts as an update of the stack. */
const changing: ReadonlySet<StackAction> = new Set(['UPDATE', 'DELETE', 'ROLLBACK']);

/** Deleted stacks that can still be shown. */
const DELETED_KEPT = 1000;

export class Stacks {
  readonly #all = new Map<string, SimulatedStack>();
  readonly #deleted: string[] = [];
  readonly #operations = new Map<SimulatedStack, Operation>();
  readonly #byServer = new Map<string, SimulatedStack>();
  readonly #tools: StackTools;

  constructor(tools: StackTools) {
    this.#tools = tools;
  }

  /** The newest first. */
  get all(): readonly SimulatedStack[] {
    return [...this.#all.values()].toReversed();
  }

  find(projectId: string, idOrName: string): SimulatedStack | undefined {
    const own = this.all.filter((stack) => stack.projectId === projectId);
    return (
      own.find(({ id }) => id === idOrName) ??
      own.find(({ name, deletedAt }) => name === idOrName && deletedAt === null) ??
      own.find(({ name }) => name === idOrName)
    );
  }

  /** @throws ApiError 400 over the quota, 409 for a name that is taken. */
  create(
    given: StackGiven & Pick<SimulatedStack, 'name' | 'projectId' | 'owner'>,
    request: StackRequest,
  ): SimulatedStack {
    const { name, projectId, owner, ...written } = given;
    const living = this.all.filter((one) => one.projectId === projectId && one.deletedAt === null);
    if (living.some((one) => one.name === name))
      throw new ApiError(409, `The Stack (${name}) already exists.`, 'StackExists');
    const limit = this.#tools.settings().quota.stacks;
    if (limit >= 0 && living.length >= limit)
      throw new ApiError(
        400,
        `You have reached the maximum stacks per tenant, ${limit}. Please delete some stacks.`,
        'RequestLimitExceeded',
      );
    const stack: SimulatedStack = {
      id: randomUUID(),
      name,
      projectId,
      owner,
      createdAt: this.#tools.clock.now(),
      updatedAt: null,
      deletedAt: null,
      action: 'CREATE',
      status: 'IN_PROGRESS',
      reason: '',
      given: written,
      resources: new Map(),
      events: [],
    };
    this.#all.set(stack.id, stack);
    this.#begin(stack, { action: 'CREATE' }, request, (operation) => {
      for (const definition of written.template.resources) this.#createResource(stack, definition, operation);
    });
    return stack;
  }

  update(stack: SimulatedStack, given: StackGiven, request: StackRequest): void {
    const before = stack.given;
    stack.given = given;
    const updateTo = (operation: Operation): void => this.#updateResources(stack, operation);
    this.#begin(stack, { action: 'UPDATE', work: 'UPDATE', before }, request, updateTo);
  }

  #updateResources(stack: SimulatedStack, operation: Operation): void {
    const { resources } = stack.given.template;
    for (const [name, resource] of stack.resources)
      if (!resources.some((one) => one.name === name)) {
        this.#deleteResource(stack, resource, operation);
        stack.resources.delete(name);
      }
    for (const definition of resources) this.#updateResource(stack, definition, operation);
  }

  delete(stack: SimulatedStack, request: StackRequest): void {
    this.#begin(stack, { action: 'DELETE' }, request, (operation) => {
      for (const resource of [...stack.resources.values()].toReversed())
        this.#deleteResource(stack, resource, operation);
    });
  }

  /** CHECK sees what the servers are at its end; SUSPEND and RESUME are done to the servers. */
  act(stack: SimulatedStack, action: 'CHECK' | 'SUSPEND' | 'RESUME', request: StackRequest): void {
    const { servers } = this.#tools;
    this.#begin(stack, { action }, request, (operation) => {
      for (const resource of stack.resources.values()) {
        if (action === 'CHECK' && resource.status === 'IN_PROGRESS')
          operation.failures.set(
            resource.definition.name,
            `The resource ${resource.definition.name} is already being updated.`,
          );
        this.#mark(stack, resource, action, 'IN_PROGRESS', 'state changed');
        const server = servers.find(resource);
        if (server !== undefined && action !== 'CHECK')
          this.#attempt(resource, operation, () =>
            servers.act(server, action === 'SUSPEND' ? 'suspend' : 'resume', request),
          );
      }
    });
  }

  /** Behind the back of the stack: by an operator who knows better. */
  markUnhealthy(stack: SimulatedStack, resource: StackResource, reason: string): void {
    this.#mark(stack, resource, 'CHECK', 'FAILED', reason);
  }

  /** Something became of a server: an action of its stack may have ended. */
  serverChanged({ id, vmState }: SimulatedServer): void {
    const stack = this.#byServer.get(id);
    if (vmState === 'deleted') this.#byServer.delete(id);
    if (stack !== undefined) this.#endIfOver(stack);
  }

  attribute(stack: SimulatedStack, name: string, attribute: string): Json {
    const resource = stack.resources.get(name);
    if (resource === undefined || resource.physicalId === '') return null;
    return resource.definition.type === SERVER_TYPE
      ? this.#tools.servers.attribute(resource, attribute)
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
    return evaluate(value, {
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

  #begin(
    stack: SimulatedStack,
    { action, work = action, before = null }: Begun,
    request: StackRequest,
    start: (operation: Operation) => void,
  ): void {
    const { clock, mutations, settings } = this.#tools;
    this.#operations.get(stack)?.ended();
    const operation: Operation = {
      request,
      work,
      before,
      isTimeOver: false,
      ended: mutations.begin({
        server_id: stack.id,
        operation: action.toLowerCase(),
        request_id: request.requestId,
        ...(action === 'CREATE' ? { name: stack.name, metadata: { tags: stack.given.tags.join(',') } } : {}),
      }),
      failures: new Map(),
    };
    this.#operations.set(stack, operation);
    this.#set(stack, action, 'IN_PROGRESS', `Stack ${action} started`);
    start(operation);
    clock.after(settings().latency.operation_ms, () => {
      operation.isTimeOver = true;
      if (this.#operations.get(stack) === operation) this.#endIfOver(stack);
    });
  }

  #endIfOver(stack: SimulatedStack): void {
    const operation = this.#operations.get(stack);
    if (operation?.isTimeOver !== true) return;
    const { servers } = this.#tools;
    const resources = [...stack.resources.values()];
    const isGoing = operation.work === 'DELETE';
    if (resources.some((one) => !operation.failures.has(one.definition.name) && servers.isBusy(one, isGoing)))
      return;
    this.#operations.delete(stack);
    for (const resource of resources) {
      const { name } = resource.definition;
      const failure = operation.failures.get(name) ?? servers.failure(resource, operation.work);
      if (failure !== null) operation.failures.set(name, failure);
      const status = failure === null ? 'COMPLETE' : 'FAILED';
      const action = resource.action === 'INIT' ? stack.action : resource.action;
      this.#mark(stack, resource, action, status, failure ?? 'state changed');
    }
    this.#end(stack, operation);
  }

  #end(stack: SimulatedStack, { failures, request, ended, before }: Operation): void {
    const { action, given } = stack;
    ended();
    const [failure] = [...failures.values(), ...(request.failure === null ? [] : [request.failure])];
    if (failure === undefined) {
      this.#set(stack, action, 'COMPLETE', `Stack ${action} completed successfully${this.#limits(stack)}`);
      if (action === 'DELETE') this.#forget(stack);
      return;
    }
    const reason = action === 'CHECK' ? JSON.stringify([...failures.values()]) : failure;
    this.#set(stack, action, 'FAILED', `Resource ${action} failed: ${reason}`);
    if (!given.disableRollback) this.#rollBack(stack, before, { ...request, failure: null });
  }

  /** A stack that could not be created loses its resources; one that could not be updated is as before. */
  #rollBack(stack: SimulatedStack, before: StackGiven | null, request: StackRequest): void {
    if (stack.action === 'CREATE')
      this.#begin(stack, { action: 'ROLLBACK', work: 'DELETE' }, request, (operation) => {
        for (const resource of stack.resources.values()) this.#deleteResource(stack, resource, operation);
      });
    if (stack.action !== 'UPDATE' || before === null) return;
    // The tags stay: they are not part of the template.
    stack.given = { ...before, tags: stack.given.tags };
    this.#begin(stack, { action: 'ROLLBACK', work: 'UPDATE' }, request, (operation) =>
      this.#updateResources(stack, operation),
    );
  }

  /** Heat says so where a resource cannot be checked. */
  #limits({ action, resources }: SimulatedStack): string {
    const isWhole = [...resources.values()].every(({ definition }) => definition.type === SERVER_TYPE);
    return action === 'CHECK' && !isWhole ? ". 'CHECK' not fully supported (see resources)" : '';
  }

  #createResource(stack: SimulatedStack, definition: ResourceDefinition, operation: Operation): void {
    const now = this.#tools.clock.now();
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
    this.#mark(stack, resource, 'CREATE', 'IN_PROGRESS', 'state changed');
    this.#attempt(resource, operation, () => {
      if (type === SERVER_TYPE) {
        const server = this.#tools.servers.create(physicalName, properties, stack, operation.request);
        resource.physicalId = server.id;
        this.#byServer.set(server.id, stack);
      } else if (properties['fail'] === true) {
        operation.failures.set(name, `ValueError: resources.${name}: Test Resource failed ${name}`);
      } else resource.physicalId = physicalName;
    });
  }

  /** A server is changed in place as far as it can; what has failed, and all else, is replaced. */
  #updateResource(stack: SimulatedStack, definition: ResourceDefinition, operation: Operation): void {
    const { servers } = this.#tools;
    const before = stack.resources.get(definition.name);
    const properties = this.#evaluate(stack, definition.properties) as JsonObject;
    const isSame =
      before !== undefined &&
      before.definition.type === definition.type &&
      JSON.stringify(before.properties) === JSON.stringify(properties);
    if (before === undefined) return this.#createResource(stack, definition, operation);
    if (isSame && !servers.needsReplacement(before)) return;
    if (servers.changeInPlace(before, properties)) {
      const changed = { ...before, definition, properties };
      stack.resources.set(definition.name, changed);
      return this.#mark(stack, changed, 'UPDATE', 'IN_PROGRESS', 'state changed');
    }
    this.#deleteResource(stack, before, operation);
    this.#createResource(stack, definition, operation);
  }

  #deleteResource(stack: SimulatedStack, resource: StackResource, operation: Operation): void {
    const { servers } = this.#tools;
    this.#mark(stack, resource, 'DELETE', 'IN_PROGRESS', 'state changed');
    const server = servers.find(resource);
    if (server !== undefined)
      this.#attempt(resource, operation, () => servers.delete(server, operation.request));
  }

  /** What a service refuses is a failure of the resource. */
  #attempt({ definition }: StackResource, { failures }: Operation, run: () => void): void {
    try {
      run();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const kind = { 400: 'BadRequest', 403: 'Forbidden', 409: 'Conflict' }[error.status] ?? 'Error';
      failures.set(
        definition.name,
        `${kind}: resources.${definition.name}: ${error.message} (HTTP ${error.status})`,
      );
    }
  }

  #forget(stack: SimulatedStack): void {
    stack.deletedAt = this.#tools.clock.now();
    stack.resources.clear();
    this.#deleted.push(stack.id);
    if (this.#deleted.length > DELETED_KEPT) this.#all.delete(this.#deleted.shift() ?? '');
  }

  #set(stack: SimulatedStack, action: StackAction, status: StackStatus, reason: string): void {
    Object.assign(stack, { action, status, reason });
    if (changing.has(action)) stack.updatedAt = this.#tools.clock.now();
    this.#event(stack, stack.name, stack.id, `${action}_${status}`, reason);
  }

  #mark(
    stack: SimulatedStack,
    resource: StackResource,
    action: StackResource['action'],
    status: StackStatus,
    reason: string,
  ): void {
    const isNews = resource.action !== action || resource.status !== status;
    Object.assign(resource, { action, status, reason, updatedAt: this.#tools.clock.now() });
    if (isNews)
      this.#event(stack, resource.definition.name, resource.physicalId, `${action}_${status}`, reason);
  }

  #event(stack: SimulatedStack, resource: string, physicalId: string, status: string, reason: string): void {
    stack.events.push({
      id: randomUUID(),
      at: this.#tools.clock.now(),
      resource,
      physicalId,
      status,
      reason,
    });
    if (stack.events.length > 1000) stack.events.shift();
  }
}
