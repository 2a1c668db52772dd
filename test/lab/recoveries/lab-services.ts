/** The services of the lab as processes: killed, and started again by the lab's scripts. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { env, kill as killProcess } from 'node:process';
import { promisify } from 'node:util';
import { eventually } from '../../support/eventually.ts';
import type { CloudParts } from '../coppice/cloud-parts.ts';
import type { Lab } from '../lab.ts';
import type { HostSwitch } from './recovery-world.ts';

interface ComputeService {
  readonly id: string;
  readonly host: string;
  readonly state: string;
  readonly forced_down: boolean;
}

const patienceMs = 120_000;
const pollMs = 500;

export function labHosts(cloud: CloudParts): HostSwitch {
  const service = async (host: string): Promise<ComputeService> => {
    const path = `/v2.1/os-services?binary=nova-compute&host=${host}`;
    const { services } = (await cloud.send('compute', 'GET', path)).body as { services: ComputeService[] };
    const [found] = services;
    if (found === undefined) throw new Error(`Nova knows no nova-compute on ${host}`);
    return found;
  };
  const letIn = async (host: string): Promise<boolean> => {
    const { id, forced_down: isForcedDown } = await service(host);
    if (!isForcedDown) return true;
    // Nova refuses it until this nova-compute has removed what was evacuated.
    return await cloud.send('compute', 'PUT', `/v2.1/os-services/${id}`, { forced_down: false }).then(
      () => true,
      () => false,
    );
  };
  return {
    stop: async (host) => void (await cloud.lab.script('lab', 'stop', `nova-${host}`)),
    async start(host) {
      await cloud.lab.script('lab', 'up', 'nova');
      await eventually(`${host} is let in again`, () => letIn(host), patienceMs, pollMs);
      const isUp = async (): Promise<boolean> => (await service(host)).state === 'up';
      await eventually(`${host} is up`, isUp, patienceMs, pollMs);
    },
  };
}

/** A service that is killed, and how it comes back. */
export interface LabService {
  readonly name: string;
  readonly kill: () => Promise<void>;
  readonly start: (lab: Lab) => Promise<void>;
}

export const labServices: readonly LabService[] = [
  inProcess('Mistral', 'mistral/aio.pid', 'mistral'),
  inProcess("Nova's API", 'run/nova-api.pid', 'nova'),
  inProcess("Nova's conductor", 'run/nova-conductor.pid', 'nova'),
  inProcess('Keystone', 'run/keystone.pid', 'base'),
  {
    // The lab uses the one of the machine, which is no process of its own.
    name: 'RabbitMQ',
    kill: () => rabbit('stop_app'),
    start: () => rabbit('start_app'),
  },
];

/**
 * SIGKILL for all processes of a service.
 * @param pidFile relative to the state folder of the lab. @param part of the lab that starts it again.
 */
function inProcess(name: string, pidFile: string, part: string): LabService {
  return {
    name,
    kill() {
      const folder = env['LAB_DIR'] ?? '/var/tmp/openstack-lab';
      const [pid = ''] = readFileSync(join(folder, pidFile), 'utf8').trim().split(' ');
      return Promise.resolve(void killProcess(-Number(pid), 'SIGKILL'));
    },
    start: async (lab) => void (await lab.script('lab', 'up', part)),
  };
}

async function rabbit(command: string): Promise<void> {
  await promisify(execFile)('rabbitmqctl', [command]);
}
