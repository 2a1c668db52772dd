/** A server of the simulated cloud, with what Nova knows of it. */
import type { VmState } from './server-states.ts';

/** How long a server is in ERROR without the reason, in milliseconds. */
export const FAULT_AFTER_MS = 30;

export interface SimulatedServer {
  readonly id: string;
  name: string;
  description: string | null;
  tags: readonly string[];
  readonly projectId: string;
  readonly userId: string;
  readonly createdAt: number;
  updatedAt: number;
  launchedAt: number | null;
  deletedAt: number | null;
  vmState: VmState;
  taskState: string | null;
  hostName: string | null;
  /** That of its host, also after it has moved to another one; on none: the last one, or what was wanted. */
  zone: string;
  /** The id of its server group; null: it is in none. */
  readonly groupId: string | null;
  imageId: string | null;
  flavor: string;
  /** Before a resize that is not confirmed. */
  previous: { readonly flavor: string; readonly hostName: string | null; readonly vmState: VmState } | null;
  metadata: Readonly<Record<string, string>>;
  keyName: string | null;
  readonly configDrive: string;
  securityGroups: readonly string[];
  isLocked: boolean;
  lockedReason: string | null;
  fault: {
    readonly code: number;
    readonly message: string;
    readonly created: number;
    /** Nova writes it down in a step of its own, a moment after the status. */
    readonly shownFrom: number;
  } | null;
  adminPass: string;
  readonly actions: InstanceActionRecord[];
  readonly volumes: readonly string[];
}

export interface InstanceActionRecord {
  readonly action: string;
  readonly requestId: string;
  readonly userId: string;
  readonly startedAt: number;
  endedAt: number | null;
  result: 'Success' | 'Error' | null;
  message: string | null;
  /** Why it failed. */
  details: string | null;
}

/** Is told what became of a server. */
export interface ServerObserver {
  /** What was under way has ended, or its state was set. */
  changed(server: SimulatedServer): void;
  actionEnded(server: SimulatedServer, action: InstanceActionRecord): void;
  deleted(server: SimulatedServer): void;
}

/** Its deletion breaks off what else is under way. */
export function isBeingDeleted({ taskState, deletedAt }: SimulatedServer): boolean {
  return taskState === 'deleting' || deletedAt !== null;
}

/** Whether what runs on it answers; a resize that is not confirmed starts no server that was stopped. */
export function isServing({ vmState, previous }: SimulatedServer): boolean {
  return vmState === 'active' || (vmState === 'resized' && previous?.vmState !== 'stopped');
}
