/**
 * What Nova and Heat say on the message bus of what happens in the simulated cloud: the events that a real
 * one has for the same action, in its order and in both formats of Nova. Payloads have what tells which
 * server it is and how it is, and not its flavor, image and addresses.
 */
import type { JsonObject } from '../domain/json.ts';
import type { SimulatedHost } from './hosts.ts';
import type { InstanceActionRecord, SimulatedServer } from './simulated-server.ts';
import type { SimulatedStack } from './simulated-stack.ts';
import type { VmState } from './server-states.ts';

export interface SimulatedNotification {
  readonly service: 'nova' | 'heat';
  /** `versioned_notifications.info` */
  readonly routingKey: string;
  readonly publisherId: string;
  /** `compute.instance.power_off.end` */
  readonly eventType: string;
  readonly priority: 'INFO' | 'ERROR';
  readonly payload: JsonObject;
}

/** By the instance action: the names of its events in the old format, and in the versioned one. */
const eventsOfAction: Readonly<Record<string, readonly (readonly [old: string, versioned: string])[]>> = {
  create: [['create', 'create']],
  start: [['power_on', 'power_on']],
  stop: [['power_off', 'power_off']],
  reboot: [['reboot', 'reboot']],
  rebuild: [['rebuild', 'rebuild']],
  evacuate: [['rebuild', 'rebuild']],
  pause: [['pause', 'pause']],
  unpause: [['unpause', 'unpause']],
  suspend: [['suspend', 'suspend']],
  resume: [['resume', 'resume']],
  rescue: [['rescue', 'rescue']],
  unrescue: [['unrescue', 'unrescue']],
  resize: [['finish_resize', 'resize_finish']],
  migrate: [['finish_resize', 'resize_finish']],
  confirmResize: [['resize.confirm', 'resize_confirm']],
  revertResize: [['resize.revert', 'resize_revert']],
  'live-migration': [['live_migration.post.dest', 'live_migration_post_dest']],
  shelve: [
    ['shelve', 'shelve'],
    ['shelve_offload', 'shelve_offload'],
  ],
  unshelve: [['unshelve', 'unshelve']],
};

type Publish = (notification: SimulatedNotification) => void;

export class NotificationFeed {
  #publish: Publish | undefined;
  /** As of its last notification. */
  readonly #states = new WeakMap<SimulatedServer, VmState>();

  /** From now on what happens is published. */
  publishTo(publish: Publish): void {
    this.#publish = publish;
  }

  serverChanged(server: SimulatedServer): void {
    const before = this.#states.get(server) ?? 'building';
    if (server.vmState === before) return;
    this.#states.set(server, server.vmState);
    const update = {
      old_state: before,
      state: server.vmState,
      old_task_state: null,
      new_task_state: server.taskState,
    };
    this.#ofServer(server, 'update', 'update', { old: update, versioned: { state_update: object(update) } });
  }

  serverActionEnded(server: SimulatedServer, { action, result }: InstanceActionRecord): void {
    const phase = result === 'Error' ? 'error' : 'end';
    for (const [old, versioned] of eventsOfAction[action] ?? [])
      this.#ofServer(server, `${old}.${phase}`, `${versioned}.${phase}`);
  }

  serverDeleted(server: SimulatedServer): void {
    this.#ofServer(server, 'shutdown.end', 'shutdown.end');
    this.serverChanged(server);
    this.#ofServer(server, 'delete.end', 'delete.end');
  }

  /** Of its nova-compute; the old format has no such event. */
  serviceChanged({ name, zone, isForcedDown, isDisabled, disabledReason, serviceId }: SimulatedHost): void {
    const fields = {
      uuid: serviceId,
      host: name,
      binary: 'nova-compute',
      topic: 'compute',
      availability_zone: zone,
      forced_down: isForcedDown,
      disabled: isDisabled,
      disabled_reason: disabledReason,
    };
    this.#publish?.({
      service: 'nova',
      routingKey: 'versioned_notifications.info',
      publisherId: `nova-compute:${name}`,
      eventType: 'service.update',
      priority: 'INFO',
      payload: object(fields),
    });
  }

  stackChanged({ id, name, action, status, reason, projectId }: SimulatedStack): void {
    const phase = { IN_PROGRESS: 'start', COMPLETE: 'end', FAILED: 'error' }[status];
    const priority = phase === 'error' ? 'ERROR' : 'INFO';
    this.#publish?.({
      service: 'heat',
      routingKey: `notifications.${priority.toLowerCase()}`,
      publisherId: 'orchestration.heat1',
      eventType: `orchestration.stack.${action.toLowerCase()}.${phase}`,
      priority,
      payload: {
        tenant_id: projectId,
        stack_identity: id,
        stack_name: name,
        state: `${action}_${status}`,
        state_reason: reason,
      },
    });
  }

  #ofServer(
    server: SimulatedServer,
    old: string,
    versioned: string,
    more: { readonly old?: JsonObject; readonly versioned?: JsonObject } = {},
  ): void {
    const { id, name, projectId, userId, hostName, vmState, taskState } = server;
    const host = hostName ?? '';
    const priority = old.endsWith('.error') ? 'ERROR' : 'INFO';
    const key = `notifications.${priority.toLowerCase()}`;
    const shared = { tenant_id: projectId, user_id: userId, display_name: name, host, state: vmState };
    this.#publish?.({
      service: 'nova',
      routingKey: key,
      publisherId: `compute.${host}`,
      eventType: `compute.instance.${old}`,
      priority,
      payload: { ...shared, instance_id: id, state_description: taskState ?? '', ...more.old },
    });
    this.#publish?.({
      service: 'nova',
      routingKey: `versioned_${key}`,
      publisherId: `nova-compute:${host}`,
      eventType: `instance.${versioned}`,
      priority,
      payload: object({ ...shared, uuid: id, task_state: taskState, ...more.versioned }),
    });
  }
}

/** A versioned object, as far as its readers look. */
function object(data: JsonObject): JsonObject {
  return { 'nova_object.namespace': 'nova', 'nova_object.data': data };
}
