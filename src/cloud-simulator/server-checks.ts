/** What Nova refuses of an action on a server, and with which sentences. */
import type { JsonObject } from '../domain/json.ts';
import { SimulatorError } from './api-error.ts';
import type { Flavor } from './flavors.ts';
import { quotaKeys, type Quota } from './quotas.ts';
import { transitions, type VmState } from './server-states.ts';
import type { SimulatedServer } from './simulated-server.ts';

export interface ServerActionRequest {
  /** The key of the body: `reboot`. */
  readonly action: string;
  readonly input: JsonObject;
  readonly requestId: string;
  /** The user of the request; absent: the owner of the server, or of its stack. */
  readonly userId?: string;
  readonly failure: string | null;
}

/**
 * @param usage what the project uses: counted only where there is a limit.
 * @throws SimulatorError 403
 */
export function checkQuota(
  limits: Quota,
  usage: () => Quota,
  { vcpus, ram }: Pick<Flavor, 'vcpus' | 'ram'>,
): void {
  if (quotaKeys.every((key) => limits[key] < 0)) return;
  const used = usage();
  const asked: Quota = { instances: 1, cores: vcpus, ram };
  for (const key of quotaKeys)
    if (limits[key] >= 0 && used[key] + asked[key] > limits[key])
      throw new SimulatorError(
        403,
        `Quota exceeded for ${key}: Requested ${asked[key]}, but already used ${used[key]} of ${limits[key]} ${key}`,
      );
}

/** @throws SimulatorError 400, 409 */
export function checkAction(
  server: SimulatedServer,
  { action, input }: Pick<ServerActionRequest, 'action' | 'input'>,
): void {
  const isHard = isHardReboot(action, input);
  const isSoft = action === 'reboot' && !isHard;
  const { from = [], needs } = transitions[action] ?? {};
  if (server.isLocked) throw new SimulatorError(409, `Instance ${server.id} is locked`);
  if (needs === 'host' && server.hostName === null)
    throw new SimulatorError(409, `Instance ${server.id} is not ready`);
  if (!(isSoft ? server.vmState === 'active' : from.includes(server.vmState)))
    throw cannot(action, server, `vm_state ${server.vmState}`);
  // A hard reboot and an evacuation break off what hangs; all else waits for the task before.
  if (server.taskState !== null && !isHard && action !== 'evacuate')
    throw cannot(action, server, `task_state ${server.taskState}`);
  if (needs === 'launch' && server.launchedAt === null)
    throw new SimulatorError(
      409,
      `Instance ${server.id} is in an invalid state for '${instanceActionName(action)}'`,
    );
  if (action === 'resize' && input['flavorRef'] === server.flavor)
    throw new SimulatorError(400, 'When resizing, instances must change flavor!');
  // Also where its end has begun already.
  if (['confirmResize', 'revertResize'].includes(action) && server.previous === null)
    throw new SimulatorError(400, 'Instance has not been resized.');
}

/** @throws SimulatorError 409 */
export function checkInterfaces(server: SimulatedServer, action: string): void {
  checkChangeable(server, action, ['active', 'paused', 'stopped']);
}

/** @throws SimulatorError 409 for a server that is in ERROR, resized, rescued, shelved, or in a task. */
export function checkMetadataChange(server: SimulatedServer, action: string): void {
  checkChangeable(server, action, ['active', 'paused', 'suspended', 'stopped']);
}

function checkChangeable(server: SimulatedServer, action: string, from: readonly VmState[]): void {
  const { vmState, taskState } = server;
  if (server.isLocked) throw new SimulatorError(409, `Instance ${server.id} is locked`);
  if (!from.includes(vmState)) throw cannot(action, server, `vm_state ${vmState}`);
  if (taskState !== null) throw cannot(action, server, `task_state ${taskState}`);
}

function cannot(action: string, { id }: SimulatedServer, state: string): SimulatorError {
  return new SimulatorError(
    409,
    `Cannot '${instanceActionName(action)}' instance ${id} while it is in ${state}`,
  );
}

/** `os-start` is `start` in Nova's sentences and instance actions. */
export function instanceActionName(action: string): string {
  return action === 'os-migrateLive' ? 'live-migration' : action.replace(/^os-/, '');
}

export function isHardReboot(action: string, input: JsonObject): boolean {
  const { type } = input;
  return action === 'reboot' && typeof type === 'string' && type.toUpperCase() === 'HARD';
}
