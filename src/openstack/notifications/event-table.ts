/**
 * Which notifications of Nova and Heat can mean that a server, a stack or a host is not as it was: after each
 * of them what it is about is probed. All others (begins, task states, metrics, the usage of every hour) say
 * nothing that a probe could see.
 *
 * Nova names an event of its old format `compute.instance.power_off.end` and of its versioned one
 * `instance.power_off.end`; an action of several words has dots or underscores between them
 * (`resize.confirm`, `live_migration._rollback`). They are in nova/compute/manager.py and
 * nova/objects/fields.py (`NotificationAction`).
 */

import type { FailureClass } from '../../domain/verdict.ts';

/** Each with the state in which it leaves a server, or why a probe sees something new. */
const endsOfServerActions: Readonly<Record<string, string>> = {
  power_off: 'stopped: by a user, or since Nova found that the guest had shut down',
  power_on: 'runs again: a failure may be over before anything was done about it',
  reboot: 'runs again',
  pause: 'paused',
  unpause: 'runs again',
  suspend: 'suspended',
  resume: 'runs again; also after a restart of its host',
  shelve: 'shelved',
  shelve_offload: 'shelved, and on no host',
  unshelve: 'runs again, maybe on another host',
  soft_delete: 'deleted, and kept for a while',
  restore: 'runs again after a soft delete',
  delete: 'gone',
  shutdown: 'its guest was ended, as a part of its deletion',
  rescue: 'runs a rescue image',
  unrescue: 'runs its own image again',
  rebuild: 'built again',
  evacuate: 'built again on another host',
  live_migration_post_dest: 'on another host',
  live_migration_rollback: 'stays where it was',
  finish_resize: 'waits for a confirmation; the versioned name is the next one',
  resize_finish: 'waits for a confirmation',
  resize_confirm: 'no longer waits for a confirmation',
  resize_revert: 'as before the resize',
};

/**
 * Failures of servers that Nova reports whatever its settings are, as long as it publishes at all: a reset to
 * ERROR comes with `notify_on_state_change` alone, and nothing comes where a host dies.
 */
export const reportedFailures: ReadonlySet<string> = new Set<FailureClass>([
  'SERVER_STOPPED',
  'SERVER_PAUSED',
  'SERVER_DELETED',
]);

/** Nova reports the state that it writes in each `instance.update`; most have the old one. */
export const SERVER_UPDATE = 'update';

/**
 * Of an event about a server. `WITH_STATE`: only where the payload says that its state has changed.
 * @param name without `compute.` and `instance.`: `power_off.end`, `update`.
 */
export function meaningOfServerEvent(name: string): 'PROBE' | 'WITH_STATE' | 'NOTHING' {
  if (name === SERVER_UPDATE) return 'WITH_STATE';
  // An action that failed may have left it in ERROR; which one makes no difference.
  if (name.endsWith('.error')) return 'PROBE';
  if (!name.endsWith('.end')) return 'NOTHING';
  const action = name.slice(0, -'.end'.length).replaceAll(/[._]+/g, '_');
  return Object.hasOwn(endsOfServerActions, action) ? 'PROBE' : 'NOTHING';
}

/**
 * Of an event about a stack, `orchestration.stack.ACTION.end`: its status has changed with the end of every
 * action, or with its failure.
 * @param name without `orchestration.stack.`: `update.end`.
 */
export function isEndOfStackAction(name: string): boolean {
  return name.endsWith('.end') || name.endsWith('.error');
}

/**
 * `service.update` (versioned only): a compute service was forced down or up, disabled or enabled. Nova sends
 * none for a host that dies: that is found by polling.
 */
export const SERVICE_UPDATE = 'service.update';
export const COMPUTE_SERVICE = 'nova-compute';
