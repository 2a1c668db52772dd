/**
 * The states of a server, and which actions lead from one to another: one table, as Nova's compute/api.py
 * checks them (`check_instance_state`), seen in a real Nova.
 */

export type VmState =
  | 'building'
  | 'active'
  | 'stopped'
  | 'paused'
  | 'suspended'
  | 'rescued'
  | 'resized'
  | 'error'
  | 'shelved_offloaded'
  | 'soft-delete'
  | 'deleted';

/** How `status` follows from vm_state (Nova api/openstack/common.py); tasks that change it are below. */
export const statuses: Readonly<Record<VmState, string>> = {
  building: 'BUILD',
  active: 'ACTIVE',
  stopped: 'SHUTOFF',
  paused: 'PAUSED',
  suspended: 'SUSPENDED',
  rescued: 'RESCUE',
  resized: 'VERIFY_RESIZE',
  error: 'ERROR',
  shelved_offloaded: 'SHELVED_OFFLOADED',
  'soft-delete': 'SOFT_DELETED',
  deleted: 'DELETED',
};

/**
 * Tasks that change the status while they are under way, and of servers in which state: of others the status
 * stays. As Nova's api/openstack/common.py has it.
 */
export const taskStatuses: Readonly<
  Record<string, { readonly status: string; readonly of: readonly VmState[] }>
> = {
  rebooting: { status: 'REBOOT', of: ['active'] },
  reboot_started: { status: 'REBOOT', of: ['active'] },
  rebooting_hard: { status: 'HARD_REBOOT', of: ['active'] },
  rebuilding: { status: 'REBUILD', of: ['active', 'stopped', 'error'] },
  resize_prep: { status: 'RESIZE', of: ['active', 'stopped'] },
  resize_migrating: { status: 'RESIZE', of: ['active', 'stopped'] },
  resize_reverting: { status: 'REVERT_RESIZE', of: ['resized'] },
  migrating: { status: 'MIGRATING', of: ['active', 'paused'] },
  updating_password: { status: 'PASSWORD', of: ['active'] },
};

/** 0: none, 1: running, 3: paused, 4: shut down, 6: crashed. */
export const powerStates: Readonly<Record<VmState, number>> = {
  building: 0,
  active: 1,
  stopped: 4,
  paused: 3,
  suspended: 4,
  rescued: 1,
  resized: 1,
  error: 0,
  shelved_offloaded: 4,
  'soft-delete': 4,
  deleted: 0,
};

export interface Transition {
  /** From these vm_states; in another the action is refused with 409. */
  readonly from: readonly VmState[];
  /** The task_state meanwhile; null: none is shown. */
  readonly task: string | null;
  /** The vm_state at the end; absent: as before. */
  readonly to?: VmState;
  /** Whether it is done by the server's host: while that is down it does not end. */
  readonly byHost?: boolean;
  /**
   * What the server must have besides the state, else 409: `host`: it is on one; `launch`: it was built once.
   */
  readonly needs?: 'host' | 'launch';
}

const running: readonly VmState[] = ['active', 'stopped', 'rescued', 'paused', 'suspended', 'error'];

/** By the key of the action's body; those whose end depends on more than the state are in `servers.ts`. */
export const transitions: Readonly<Record<string, Transition>> = {
  'os-start': { from: ['stopped'], task: 'powering-on', to: 'active', byHost: true, needs: 'host' },
  'os-stop': { from: ['active', 'error'], task: 'powering-off', to: 'stopped', byHost: true, needs: 'host' },
  reboot: { from: running, task: 'rebooting', to: 'active', byHost: true, needs: 'launch' },
  rebuild: { from: ['active', 'stopped', 'error'], task: 'rebuilding', byHost: true, needs: 'launch' },
  pause: { from: ['active'], task: 'pausing', to: 'paused', byHost: true },
  unpause: { from: ['paused'], task: 'unpausing', to: 'active', byHost: true },
  suspend: { from: ['active'], task: 'suspending', to: 'suspended', byHost: true },
  resume: { from: ['suspended'], task: 'resuming', to: 'active', byHost: true },
  rescue: { from: ['active', 'stopped', 'error'], task: 'rescuing', to: 'rescued', byHost: true },
  unrescue: { from: ['rescued'], task: 'unrescuing', to: 'active', byHost: true },
  resize: { from: ['active', 'stopped'], task: 'resize_prep', to: 'resized', byHost: true },
  migrate: { from: ['active', 'stopped'], task: 'resize_prep', to: 'resized', byHost: true },
  // Nova shows no task while it confirms.
  confirmResize: { from: ['resized'], task: null, to: 'active', byHost: true },
  revertResize: { from: ['resized'], task: 'resize_reverting', to: 'active', byHost: true },
  'os-migrateLive': { from: ['active', 'paused'], task: 'migrating', byHost: true },
  evacuate: { from: ['active', 'stopped', 'error'], task: 'rebuilding' },
  shelve: {
    from: ['active', 'stopped', 'paused', 'suspended'],
    task: 'shelving',
    to: 'shelved_offloaded',
    byHost: true,
  },
  unshelve: { from: ['shelved_offloaded'], task: 'unshelving', to: 'active' },
  changePassword: { from: ['active'], task: 'updating_password', byHost: true },
};
