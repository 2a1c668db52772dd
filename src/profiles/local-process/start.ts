/**
 * Starts a node's process, once for a key, whatever crashes in between:
 *
 *     prepare   stop what ran before, make the directories                 repeated from the front after a
 *               crash
 *     plan      the port, written down                                     from here on nothing is prepared
 *               again
 *     launch    a launcher, if none has claimed yet (launcher.ts)          a second one loses, and goes
 *     confirm   the claim names the process; it became the command, and has not ended at once
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CoppiceError } from '../../domain/errors.ts';
import { plainProperties } from '../plain-properties.ts';
import type { NodeFacts, OperationRequest, PhysicalNode } from '../profile-type.ts';
import { commandFor, environmentFor, findCommand, problemWithDirectory } from './command.ts';
import type { LocalMachine } from './host.ts';
import { findProcess, physicalIdOf } from './identity.ts';
import type { ProcessIdentity } from './identity.ts';
import { isLauncher, launch } from './launcher.ts';
import type { Launcher } from './launcher.ts';
import type { Exit } from './spawner.ts';
import { readLogSince, readLogTail, withoutSecrets } from './log-tail.ts';
import { instanceOf, keyName, makeDirectory, namesIn, nodeDirectory } from './node-directory.ts';
import { ownerOfPort } from './ports.ts';
import { specOf, wholeSpecOf } from './spec.ts';
import { couldNotExecute, readClaim, readPlan, recordExit, writePlan } from './start-record.ts';
import type { StartClaim, Plan } from './start-record.ts';
import { throwIfAborted, waitUntil } from './waiting.ts';

// Far more than a launcher needs on a machine that is busy beyond measure.
const claimLimitMs = 15_000;
// Long enough for a missing module or a wrong option to show, short enough not to be felt in a recovery.
const settleMs = 200;

/**
 * @throws CoppiceError `operation-impossible` if the command cannot be executed, `operation-failed` if it
 * ended at once.
 */
export async function startOnce(
  host: LocalMachine,
  node: NodeFacts,
  request: OperationRequest,
  prepare: () => Promise<void>,
): Promise<PhysicalNode> {
  const start = join(nodeDirectory(host.dataDir, node).starts, keyName(request.key));
  await forgetEarlierBoot(host, start);
  const known = await readPlan(start);
  if (known === undefined || readClaim(start) === undefined) throwIfAborted(request.signal);
  const plan = known ?? (await makePlan(host, node, request, start, prepare));
  const launcher = readClaim(start) === undefined ? await launchPlan(host, node, start, plan) : undefined;
  const claim = await awaitClaim(start, launcher, request.signal);
  if (launcher?.pid === claim.identity.pid) host.children.set(physicalIdOf(claim.identity), launcher);
  await confirm(host, node, start, claim, request.signal);
  host.events.follow(node.id, claim.identity);
  return physicalNode(node, claim, plan);
}

function physicalNode(node: NodeFacts, claim: SoundClaim, { port, key }: Plan): PhysicalNode {
  const { pid, startTime, bootId } = claim.identity;
  const startedAt = new Date(claim.at).toISOString();
  const data = { pid, start_time: startTime, boot_id: bootId, port, key, started_at: startedAt };
  const instance = instanceOf(node);
  return {
    physicalId: physicalIdOf(claim.identity),
    data: instance === node.id ? data : { ...data, instance },
  };
}

/** What runs for the node under any key; undefined: nothing does. */
export async function runningStart(host: LocalMachine, node: NodeFacts): Promise<PhysicalNode | undefined> {
  const { starts } = nodeDirectory(host.dataDir, node);
  for (const name of await namesIn(starts)) {
    const start = join(starts, name);
    const [claim, plan] = [readClaim(start), await readPlan(start)];
    if (claim?.identity === undefined || plan === undefined) continue;
    if (findProcess(host.table, claim.identity) !== undefined)
      return physicalNode(node, { ...claim, identity: claim.identity }, plan);
  }
  return undefined;
}

type SoundClaim = StartClaim & { readonly identity: ProcessIdentity };

/** The machine was started again since: what this key started is gone, and is started again. */
async function forgetEarlierBoot(host: LocalMachine, start: string): Promise<void> {
  const claim = readClaim(start);
  if (claim === undefined || claim.identity?.bootId === host.table.bootId()) return;
  await rm(start, { recursive: true, force: true });
}

async function makePlan(
  host: LocalMachine,
  node: NodeFacts,
  { key, signal }: OperationRequest,
  start: string,
  prepare: () => Promise<void>,
): Promise<Plan> {
  await prepare();
  throwIfAborted(signal);
  const before = node.data['port'];
  const port = await host.ports.choose(
    instanceOf(node),
    specOf(node.properties).port,
    typeof before === 'number' ? before : null,
  );
  await makeDirectory(start);
  const cluster = node.clusterName === null ? '' : ` of the cluster ${node.clusterName}`;
  const plan = { key, port, owner: `the node ${node.name}${cluster}` };
  await writePlan(start, plan);
  return plan;
}

async function launchPlan(
  host: LocalMachine,
  node: NodeFacts,
  start: string,
  { port }: Plan,
): Promise<Launcher> {
  const spec = wholeSpecOf(plainProperties(node));
  const { work, log } = nodeDirectory(host.dataDir, node);
  const cwd = spec.cwd ?? work;
  const wrong = await problemWithDirectory(cwd);
  if (wrong !== undefined) throw impossible(`the working directory ${cwd} is ${wrong}`);
  const [name = '', ...rest] = commandFor(spec, node, port);
  const found = await findCommand(name, spec, cwd);
  if ('problem' in found) throw impossible(`the command ${withoutSecrets(name, spec)} is ${found.problem}`);
  const env = environmentFor(spec, node, port);
  const ended = (pid: number, exit: Exit): void => {
    recordExit(start, pid, exit);
    host.events.ended(node.id, pid);
  };
  const launcher = await launch({ start, command: [found.file, ...rest], cwd, env, log, ended });
  host.logs.follow(node);
  return launcher;
}

async function awaitClaim(
  start: string,
  launcher: Launcher | undefined,
  signal: AbortSignal,
): Promise<SoundClaim> {
  const decided = (): boolean => readClaim(start) !== undefined || launcher?.exit() !== undefined;
  await waitUntil(decided, claimLimitMs, signal);
  const claim = readClaim(start);
  if (claim?.identity !== undefined) return { ...claim, identity: claim.identity };
  const why =
    launcher?.exit() === undefined ? `in ${claimLimitMs / 1000} seconds` : 'because its launcher ended';
  throw new CoppiceError('operation-failed', `the process did not start ${why}`);
}

/**
 * Waits until the process is its command, and a moment more; a process that was started longer ago has
 * settled.
 */
async function confirm(
  host: LocalMachine,
  node: NodeFacts,
  start: string,
  { identity, at }: SoundClaim,
  signal: AbortSignal,
): Promise<void> {
  const isGone = (): boolean => findProcess(host.table, identity) === undefined;
  const isLaunched = (): boolean => isGone() || !isLauncher(host.table.commandLine(identity.pid));
  await waitUntil(isLaunched, claimLimitMs, signal);
  const left = settleMs - Math.max(0, Date.now() - at);
  const ended = await waitUntil(isGone, left, signal);
  if (ended) throw await endedTooSoon(host, node, start, { identity, at });
}

async function endedTooSoon(
  host: LocalMachine,
  node: NodeFacts,
  start: string,
  { identity, at }: SoundClaim,
): Promise<CoppiceError> {
  const spec = wholeSpecOf(plainProperties(node));
  const child = host.children.get(physicalIdOf(identity));
  const directory = nodeDirectory(host.dataDir, node);
  const details = {
    log_tail: await (child === undefined
      ? readLogTail(directory, spec)
      : readLogSince(child.logOffset, directory, spec)),
  };
  const name = withoutSecrets(spec.command[0] ?? '', spec);
  if (couldNotExecute(start)) {
    const message = `the command ${name} cannot be executed (if it is a script, look at its first line)`;
    return new CoppiceError('operation-impossible', message, { details });
  }
  // Our child's exit status comes with Node's next turn.
  await waitUntil(() => child?.exit() !== undefined, child === undefined ? 0 : 1000);
  const when =
    child === undefined ? `after its start at ${new Date(at).toISOString()}` : 'right after its start';
  const { port } = spec;
  // Nodes that start at once all find it free.
  const owner =
    typeof port === 'number' && (await ownerOfPort(host.dataDir, host.table, port, instanceOf(node)));
  const shared = typeof owner === 'string' ? `; its port ${port} was given to ${owner} as well` : '';
  const message = `the command ${name} ended ${when}${describeExit(child?.exit())}${shared}`;
  return new CoppiceError('operation-failed', message, { details });
}

export function describeExit(exit: Exit | undefined): string {
  if (exit === undefined) return '';
  return exit.signal === null ? ` with exit status ${exit.code}` : ` by ${exit.signal}`;
}

function impossible(message: string): CoppiceError {
  return new CoppiceError('operation-impossible', message);
}
