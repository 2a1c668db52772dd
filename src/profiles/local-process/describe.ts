/** How a node's process stands: the verdict for the health rounds, and the details for users. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../domain/json.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { plainProperties } from '../plain-properties.ts';
import type { NodeFacts } from '../profile-type.ts';
import { commandFor } from './command.ts';
import type { LocalMachine } from './host.ts';
import { findProcess, identityIn, physicalIdOf } from './identity.ts';
import type { ProcessIdentity } from './identity.ts';
import { readLogTail, withoutSecrets } from './log-tail.ts';
import { keyName, namesIn, nodeDirectory } from './node-directory.ts';
import { readRetiredEnd } from './retired-end.ts';
import { wholeSpecOf } from './spec.ts';
import { describeExit } from './start.ts';
import { readClaim, readExit } from './start-record.ts';

export async function probeProcess(host: LocalMachine, node: NodeFacts): Promise<Verdict> {
  const { id, data } = node;
  const identity = identityIn(data);
  if (identity === undefined)
    return { health: 'unhealthy', failure: 'NOT_CREATED', reason: await whyNone(host, node) };
  host.events.follow(id, identity);
  try {
    return verdictOn(host, identity, await howItEnded(host, node, identity));
  } catch (error) {
    return { health: 'unknown', reason: `cannot see process ${identity.pid}: ${(error as Error).message}` };
  }
}

/** @param ended what is said of it where it is gone. */
function verdictOn(host: LocalMachine, identity: ProcessIdentity, ended: string): Verdict {
  const name = `process ${identity.pid}`;
  const state = findProcess(host.table, identity)?.state;
  if (state === 'running') return { health: 'healthy', reason: `${name} is running` };
  if (state === 'stopped') {
    return { health: 'unhealthy', failure: 'PROCESS_STOPPED', reason: `${name} is stopped by a signal` };
  }
  if (host.table.bootId() !== identity.bootId)
    return exited(`${name} ran before the machine was started again`);
  return exited(ended);
}

/** Of the process that the record names; or of a later start, which came to nothing. */
async function howItEnded(host: LocalMachine, node: NodeFacts, identity: ProcessIdentity): Promise<string> {
  if (findProcess(host.table, identity) !== undefined) return '';
  const { root, starts } = nodeDirectory(host.dataDir, node);
  const { key } = node.data;
  const start = typeof key === 'string' ? join(starts, keyName(key)) : undefined;
  if (start !== undefined && existsSync(start)) return endOf(host, identity, start);
  const last = await lastStart(host, node);
  if (last !== undefined && findProcess(host.table, last.identity) === undefined)
    return endOf(host, last.identity, last.start);
  const name = `process ${identity.pid}`;
  const end = readRetiredEnd(root, identity);
  if (end === undefined) return `${name} has ended`;
  if (end.isStopped) return `${name} was stopped by Coppice, and none was started after it`;
  return `${name} has ended${end.exit === undefined ? unknownExit : describeExit(end.exit)}`;
}

/**
 * The exit of a child comes with Node's next turn. How a process of an earlier Coppice ended, that one wrote.
 */
function endOf(host: LocalMachine, identity: ProcessIdentity, start: string): string {
  const child = host.children.get(physicalIdOf(identity));
  const exit = child === undefined ? readExit(start) : child.exit();
  const how = child === undefined && exit === undefined ? unknownExit : describeExit(exit);
  return `process ${identity.pid} has ended${how}`;
}

const unknownExit = ' (exit status unknown: the Coppice that had started it was not running when it ended)';

/** The record names no process; what the last start that came to nothing has left says why. */
async function whyNone(host: LocalMachine, node: NodeFacts): Promise<string> {
  const last = await lastStart(host, node);
  if (last === undefined) return 'no process was started for this node';
  const { reason } = verdictOn(host, last.identity, endOf(host, last.identity, last.start));
  return findProcess(host.table, last.identity) === undefined
    ? reason
    : `${reason}, but its start was not completed`;
}

interface LastStart {
  readonly identity: ProcessIdentity;
  /** Its directory. */
  readonly start: string;
}

async function lastStart(host: LocalMachine, node: NodeFacts): Promise<LastStart | undefined> {
  const { starts } = nodeDirectory(host.dataDir, node);
  const claims = (await namesIn(starts)).flatMap((name) => {
    const start = join(starts, name);
    const claim = readClaim(start);
    return claim === undefined ? [] : { ...claim, start };
  });
  const last = claims.sort((a, b) => a.at - b.at).at(-1);
  return last?.identity === undefined ? undefined : { identity: last.identity, start: last.start };
}

function exited(reason: string): Verdict {
  return { health: 'unhealthy', failure: 'PROCESS_EXITED', reason };
}

export async function describeNode(host: LocalMachine, node: NodeFacts): Promise<JsonObject> {
  const spec = wholeSpecOf(plainProperties(node));
  const directory = nodeDirectory(host.dataDir, node);
  const { pid = null, port = null, started_at: startedAt = null } = node.data;
  const command = commandFor(spec, node, typeof port === 'number' ? port : null);
  return {
    pid,
    port,
    started_at: startedAt,
    uptime: uptime(host, node),
    command: command.map((argument) => withoutSecrets(argument, spec)),
    cwd: spec.cwd ?? directory.work,
    log_file: directory.log,
    log_tail: await readLogTail(directory, spec),
  };
}

/** Whole seconds; null where the process does not run or cannot be seen. */
function uptime(host: LocalMachine, { data }: NodeFacts): number | null {
  const identity = identityIn(data);
  const started = data['started_at'];
  if (identity === undefined || typeof started !== 'string') return null;
  try {
    if (findProcess(host.table, identity) === undefined) return null;
  } catch {
    return null;
  }
  return Math.max(0, Math.round((Date.now() - Date.parse(started)) / 1000));
}
