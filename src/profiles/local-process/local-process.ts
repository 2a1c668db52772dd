/**
 * Profile type `local.process` 1.0: a node is a process of this machine, with what it starts in its session.
 *
 *     spec.ts        what may be written                command.ts   what is run for it
 *     start.ts       started once, whatever crashes     launcher.ts  the few steps that must be taken whole
 *     identity.ts    which process is meant             process-table.ts  what the system says of it
 *     stop.ts        signalled, awaited, killed         retire.ts    ends what an earlier start left running
 *     life-events.ts reports when one has ended or was stopped
 *
 * The processes have no owner: they outlive Coppice, and any later Coppice on the same data directory finds
 * them again by number, start time and boot. It refuses to watch what leaves its session (a program must stay
 * in the foreground; on Linux it is ended with the node all the same), to show values of the environment, and
 * to signal a process that it cannot prove to be the node's.
 */
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CoppiceError, quoteValue } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type {
  InPlaceUpdate,
  NodeFacts,
  Operation,
  OperationRequest,
  PhysicalNode,
  ProfileType,
  Retention,
} from '../profile-type.ts';
import { examineSpec } from './command.ts';
import { describeNode, probeProcess } from './describe.ts';
import { hasLog } from './log-tail.ts';
import type { LocalMachine } from './host.ts';
import { findLeftNodes } from './left-nodes.ts';
import { LifeEvents } from './life-events.ts';
import { LogRounds } from './log-rounds.ts';
import {
  instanceBeside,
  instanceOf,
  instancesOfNode,
  makeDirectory,
  nodeDirectory,
} from './node-directory.ts';
import { loopback, portsOf } from './ports.ts';
import { systemProcessTable } from './system-process-table.ts';
import type { ProcessTable } from './process-table.ts';
import { retireAll } from './retire.ts';
import {
  checkSpec,
  fields,
  isUpdatable,
  planProcessUpdate,
  portObstacles,
  specOf,
  wholeSpecOf,
} from './spec.ts';
import { runningStart, startOnce } from './start.ts';
import { killAtOnce } from './stop.ts';
import type { StopWay } from './stop.ts';
import { throwIfAborted } from './waiting.ts';

export interface LocalProcessOptions {
  /** Everything that is kept of the nodes lies under `DATADIR/local.process`. */
  readonly dataDir: string;
  readonly table?: ProcessTable;
  /** How often the processes without events are probed, while there is a listener for their events. */
  readonly eventRoundMs?: number;
  /** How often the logs are held against their limit. */
  readonly logRoundMs?: number;
}

export const LOCAL_PROCESS = 'local.process';

export function localProcess(options: LocalProcessOptions): ProfileType {
  const dataDir = resolve(options.dataDir);
  const table = options.table ?? systemProcessTable();
  const events = new LifeEvents(table, options.eventRoundMs ?? 1000);
  const logs = new LogRounds(dataDir, options.logRoundMs);
  const host: LocalMachine = {
    dataDir,
    table,
    ports: portsOf(dataDir, table),
    children: new Map(),
    events,
    logs,
  };
  return {
    name: LOCAL_PROCESS,
    version: '1.0',
    noun: 'process',
    supportStatus: [{ status: 'SUPPORTED', since: '2026.11' }],
    fields,
    check: checkSpec,
    examine: (properties) => examineSpec(wholeSpecOf(properties)),
    create: (node, request) => replace(host, node, request, { way: askFirst(node), fresh: true }),
    remove: (node, request) => removeExcept(host, node, [], request),
    probe: (node) => probeProcess(host, node),
    detectionModes: ['NODE_STATUS_POLLING', 'NODE_STATUS_POLL_URL', 'LIFECYCLE_EVENTS'],
    withoutDomain: {
      ZONE: 'processes of this machine are in no availability zone',
      HOST: 'all processes are on this machine, so that they have one host',
    },
    events: (listener) => events.listen(listener),
    operations: operationsOf(host),
    surge: {
      obstacles: portObstacles,
      create: (node, request) => createBeside(host, node, request),
      removeExcept: (node, kept, request) => removeExcept(host, node, kept, request),
    },
    retention: retentionOf(host),
    update: processUpdate,
    adoption:
      'Coppice watches only processes that it has started itself: of others it cannot prove which one is meant',
    details: (node) => describeNode(host, node),
    hasLog: (node) => hasLog(nodeDirectory(dataDir, node)),
    endpoint: endpointOf,
    endpointParts: (properties) => (hasPort(properties) ? ['address', 'port'] : ['address']),
    leftNodes: (isWanted) => findLeftNodes(dataDir, table, isWanted),
    start: (nodes) => logs.start(nodes),
  };
}

/** What is read from the profile each time it is needed: nothing of the process changes. */
const processUpdate: InPlaceUpdate = {
  plan: planProcessUpdate,
  effectOf: (property) => (isUpdatable(property) ? 'each process runs on' : null),
  unchangeable: ['NOT_CREATED', 'PROCESS_EXITED', 'PROCESS_STOPPED'],
  change: ({ physicalId, data }) => Promise.resolve({ physicalId: physicalId ?? '', data }),
};

function endpointOf({ data, properties }: NodeFacts): ReturnType<ProfileType['endpoint']> {
  if (typeof data['port'] === 'number') return { address: loopback, port: data['port'] };
  return hasPort(properties) ? { address: loopback, port: null } : { address: loopback };
}

function hasPort(properties: JsonObject | undefined): boolean {
  return properties === undefined || specOf(properties).port !== undefined;
}

function operationsOf(host: LocalMachine): Readonly<Record<string, Operation>> {
  return {
    reboot: {
      description: 'Stop the process and start it again, in the same working directory and on the same port.',
      creates: true,
      parameters: {
        type: {
          description: 'SOFT: send the stop signal, and kill after the stop timeout. HARD: kill at once.',
          required: false,
          type: 'String',
          default: 'SOFT',
          allowed: ['SOFT', 'HARD'],
        },
      },
      async run(node, parameters, request) {
        const way = rebootType(parameters['type']) === 'HARD' ? killAtOnce : askFirst(node);
        return replace(host, node, request, { way, fresh: false });
      },
    },
    rebuild: {
      description: 'Stop the process and start it again in an empty working directory.',
      creates: true,
      parameters: {},
      run: (node, _, request) => replace(host, node, request, { way: askFirst(node), fresh: true }),
    },
    start: {
      description: 'Start the process if it does not run.',
      service: 'BEGINS',
      creates: true,
      parameters: {},
      async run(node, _, request) {
        const running = await runningStart(host, node);
        return running ?? replace(host, node, request, { way: askFirst(node), fresh: false });
      },
    },
    stop: {
      description: 'Stop the process: send the stop signal, and kill after the stop timeout.',
      service: 'ENDS',
      parameters: {},
      async run(node, _, { signal }) {
        throwIfAborted(signal);
        await retireAll(host, node, askFirst(node), signal);
        return { physicalId: node.physicalId ?? '', data: node.data };
      },
    },
  };
}

/** Ends what runs, and starts the command under the request's key. */
async function replace(
  host: LocalMachine,
  node: NodeFacts,
  request: OperationRequest,
  { way, fresh }: { way: StopWay; fresh: boolean },
): Promise<PhysicalNode> {
  return startOnce(host, node, request, async () => {
    const { root, work } = nodeDirectory(host.dataDir, node);
    await retireAll(host, node, way, request.signal);
    if (fresh) await rm(work, { recursive: true, force: true, maxRetries: 3 });
    await makeDirectory(root);
    await mkdir(work, { recursive: true });
  });
}

/** Starts a process in a directory of its own, and leaves the node's other one alone. */
async function createBeside(
  host: LocalMachine,
  node: NodeFacts,
  request: OperationRequest,
): Promise<PhysicalNode> {
  const instance = instanceBeside(node, request.key);
  const beside = { ...node, physicalId: null, data: { instance } };
  return await replace(host, beside, request, { way: askFirst(node), fresh: true });
}

/** Of all instances of the node, those that are none of `kept`, whatever request made them. */
async function removeExcept(
  host: LocalMachine,
  node: NodeFacts,
  kept: readonly PhysicalNode[],
  { signal }: OperationRequest,
): Promise<void> {
  throwIfAborted(signal);
  const keeps = new Set(kept.map(({ data }) => instanceOf({ id: node.id, data })));
  const own = instanceOf(node);
  const all = new Set([own, ...(await instancesOfNode(host.dataDir, node.id))]);
  for (const instance of all) {
    if (keeps.has(instance)) continue;
    const data = instance === own ? node.data : { instance };
    await removeInstance(host, { id: node.id, data }, askFirst(node), signal);
  }
}

/** The directory stays, with the log and the working directory. */
function retentionOf(host: LocalMachine): Retention {
  const rootOf = (nodeId: string, data: JsonObject): string =>
    nodeDirectory(host.dataDir, { id: nodeId, data }).root;
  return {
    // A process that has ended holds no port.
    obstacles: () => [],
    async stop(node, { signal }) {
      throwIfAborted(signal);
      await retireAll(host, node, askFirst(node), signal);
      await host.ports.release(instanceOf(node));
      return existsSync(rootOf(node.id, node.data));
    },
    async remove({ nodeId, data }, { signal }) {
      throwIfAborted(signal);
      await removeInstance(host, { id: nodeId, data }, killAtOnce, signal);
    },
    location: ({ nodeId, data }) => rootOf(nodeId, data),
  };
}

async function removeInstance(
  host: LocalMachine,
  node: Pick<NodeFacts, 'id' | 'data'>,
  way: StopWay,
  signal: AbortSignal,
): Promise<void> {
  await retireAll(host, node, way, signal);
  await rm(nodeDirectory(host.dataDir, node).root, { recursive: true, force: true, maxRetries: 3 });
  await host.ports.release(instanceOf(node));
}

function askFirst({ properties }: NodeFacts): StopWay {
  const { stopSignal, stopTimeoutMs } = specOf(properties);
  return stopSignal === 'SIGKILL' ? killAtOnce : { signal: stopSignal, timeoutMs: stopTimeoutMs };
}

/** @throws CoppiceError `bad-request`. */
function rebootType(written: Json | undefined): 'SOFT' | 'HARD' {
  const type = typeof written === 'string' ? written.toUpperCase() : (written ?? 'SOFT');
  if (type === 'SOFT' || type === 'HARD') return type;
  throw new CoppiceError('bad-request', `type: expected SOFT or HARD, found ${quoteValue(written)}`);
}
