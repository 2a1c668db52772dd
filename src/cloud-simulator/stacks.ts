/**
 * Stacks: what Heat does with them. An action sets the stack and its resources IN_PROGRESS, begins what it
 * does to the servers, and ends when its time is over and no server of the stack is under way. An action that
 * comes while another one runs is accepted, and takes its place, as in Heat.
 *
 *     stack-resources.ts  their resources                         stack-servers.ts   OS::Nova::Server
 *     stack-template.ts   the template, checked and evaluated     stack-shapes.ts    as Heat sends them
 *     stack-api.ts        Heat's API                              stack-body.ts      what is given to it
 */
import { randomUUID } from 'node:crypto';
import { SimulatorError } from './api-error.ts';
import type { Clock } from './clock.ts';
import type { MutationLog } from './mutation-log.ts';
import type { SimulatedServer } from './simulated-server.ts';
import type { SimulatorSettings } from './settings.ts';
import { StackResources, type ResourceWork } from './stack-resources.ts';
import { SERVER_TYPE, type StackServers } from './stack-servers.ts';
import type {
  StackAction,
  StackStatus,
  SimulatedStack,
  StackGiven,
  StackResource,
  StackRequest,
} from './simulated-stack.ts';

export interface StackTools {
  readonly clock: Clock;
  readonly mutations: MutationLog;
  readonly settings: () => SimulatorSettings;
  readonly servers: StackServers;
  /** Told of each new status of a stack. */
  readonly changed: (stack: SimulatedStack) => void;
}

interface Operation extends ResourceWork {
  /** What is done to the resources: a rollback removes them, or takes them back to what was before. */
  readonly work: StackAction;
  /** What was written before an update that can be rolled back. */
  readonly before: StackGiven | null;
  isTimeOver: boolean;
  readonly ended: () => void;
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
  readonly #tools: StackTools;
  readonly resources: StackResources;

  constructor(tools: StackTools) {
    this.#tools = tools;
    this.resources = new StackResources(tools);
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

  /** @throws SimulatorError 400 over the quota, 409 for a name that is taken. */
  create(
    given: StackGiven & Pick<SimulatedStack, 'name' | 'projectId' | 'owner'>,
    request: StackRequest,
  ): SimulatedStack {
    const { name, projectId, owner, ...written } = given;
    const living = this.all.filter((one) => one.projectId === projectId && one.deletedAt === null);
    if (living.some((one) => one.name === name))
      throw new SimulatorError(409, `The Stack (${name}) already exists.`, 'StackExists');
    const limit = this.#tools.settings().quota.stacks;
    if (limit >= 0 && living.length >= limit)
      throw new SimulatorError(
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
      for (const definition of written.template.resources)
        this.resources.create(stack, definition, operation);
    });
    return stack;
  }

  update(stack: SimulatedStack, given: StackGiven, request: StackRequest): void {
    const before = stack.given;
    stack.given = given;
    const updateTo = (operation: Operation): void => this.resources.updateAll(stack, operation);
    this.#begin(stack, { action: 'UPDATE', work: 'UPDATE', before }, request, updateTo);
  }

  delete(stack: SimulatedStack, request: StackRequest): void {
    this.#begin(stack, { action: 'DELETE' }, request, (operation) => {
      for (const resource of [...stack.resources.values()].toReversed())
        this.resources.delete(stack, resource, operation);
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
        this.resources.mark(stack, resource, action, 'IN_PROGRESS', 'state changed');
        const server = servers.find(resource);
        if (server !== undefined && action !== 'CHECK')
          this.resources.attempt(resource, operation, () =>
            servers.act(server, action === 'SUSPEND' ? 'suspend' : 'resume', request),
          );
      }
    });
  }

  /** Behind the back of the stack: by an operator who knows better. */
  markUnhealthy(stack: SimulatedStack, resource: StackResource, reason: string): void {
    this.resources.mark(stack, resource, 'CHECK', 'FAILED', reason);
  }

  /** Something became of a server: an action of its stack may have ended. */
  serverChanged(server: SimulatedServer): void {
    const stack = this.resources.stackOf(server);
    if (stack !== undefined) this.#endIfOver(stack);
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
      this.resources.mark(stack, resource, action, status, failure ?? 'state changed');
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
        for (const resource of stack.resources.values()) this.resources.delete(stack, resource, operation);
      });
    if (stack.action !== 'UPDATE' || before === null) return;
    // The tags stay: they are not part of the template.
    stack.given = { ...before, tags: stack.given.tags };
    this.#begin(stack, { action: 'ROLLBACK', work: 'UPDATE' }, request, (operation) =>
      this.resources.updateAll(stack, operation),
    );
  }

  /** Heat says so where a resource cannot be checked. */
  #limits({ action, resources }: SimulatedStack): string {
    const isWhole = [...resources.values()].every(({ definition }) => definition.type === SERVER_TYPE);
    return action === 'CHECK' && !isWhole ? ". 'CHECK' not fully supported (see resources)" : '';
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
    this.resources.record(stack, stack.name, stack.id, `${action}_${status}`, reason);
    this.#tools.changed(stack);
  }
}
