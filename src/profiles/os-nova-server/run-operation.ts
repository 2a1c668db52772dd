/**
 * An operation on a server: begun once for a request, whatever crashes, and awaited to its real end.
 *
 *     mark (metadata: this request, after this instance action) ──> action ──> wait
 *
 * Nova has no key for an action. So the request is written into the metadata first, with the newest of the
 * server's instance actions; a repeat that finds its mark sees by the actions behind it whether it had begun.
 *
 * Nova takes metadata only of a server that is active, stopped, paused or suspended. A rebuild of one in
 * ERROR brings them along. What ends a resize has the mark of the resize. Any other operation is begun
 * without a mark then (a reboot of a server in ERROR), and a repeat may begin it a second time.
 */
import { createHash } from 'node:crypto';
import { CoppiceError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { askUntil } from '../../openstack/ask-until.ts';
import { CloudError, isStatus, operationError } from '../../openstack/cloud-error.ts';
import type { Cloud } from '../../openstack/cloud.ts';
import type { CallContext } from '../../openstack/cloud-request.ts';
import type { NovaClient } from '../../openstack/nova/nova-client.ts';
import type { InstanceActionEvent, Server } from '../../openstack/nova/server.ts';
import type { NodeFacts, OperationRequest, PhysicalNode } from '../profile-type.ts';
import { awaitServer, type Awaited } from './await-server.ts';
import { dataOf } from './create-server.ts';
import { MARK } from './owned-metadata.ts';
import { ownStop } from './stopped-by-user.ts';

export interface ServerOperation {
  /** The body of `POST /servers/ID/action`, `{"reboot": {"type": "SOFT"}}`; or another request. */
  readonly action: JsonObject | ((cloud: Cloud, context: CallContext) => Promise<unknown>);
  /** The body of the same action that gives the server these metadata as well; absent: it cannot. */
  readonly withMetadata?: (metadata: Readonly<Record<string, string>>) => JsonObject;
  /** As Nova names it among the instance actions: `reboot`. */
  readonly recordedAs: string;
  /** `the server could not be rebooted` */
  readonly doing: string;
  /** Statuses in which it has ended well. */
  readonly until: readonly string[];
  /** Statuses that the server has still, though Nova has begun and shows no task; absent: none. */
  readonly from?: readonly string[];
  /** Where the status of the server does not show it: whether it has ended. @throws as it has failed. */
  readonly isDone?: (server: Server, context: CallContext) => Promise<boolean>;
  /** The server does not run afterwards: a user who does the same is told apart by the request. */
  readonly stops?: boolean;
  /** It changes nothing where the server is in one of `until` already. */
  readonly isState?: boolean;
  /** What has to be done before Nova begins it; not where an earlier request of the key has begun it. */
  readonly prepare?: (server: Server, context: CallContext) => Promise<void>;
}

/** What was begun and cannot be cancelled is waited for so long before it is given up. */
const SETTLE_MS = 600_000;

export async function runServerOperation(
  cloud: Cloud,
  node: NodeFacts,
  operation: ServerOperation,
  request: OperationRequest,
): Promise<PhysicalNode> {
  const id = node.physicalId;
  if (id === null)
    throw new CoppiceError('operation-impossible', `${operation.doing}: the node has no server`);
  const settled: CallContext = { signal: AbortSignal.timeout(SETTLE_MS) };
  const begun = await begin(cloud, id, operation, request, settled);
  const kept = await keepStop(operation, begun, request);
  const awaited: Awaited = {
    doing: operation.doing,
    until: operation.until,
    explain: async () => (await lastInstanceAction(cloud, id, operation.recordedAs, settled))?.failure,
    ...(operation.from === undefined ? {} : { from: operation.from }),
    ...(operation.isDone === undefined ? {} : { isDone: operation.isDone }),
  };
  const server = await awaitServer(cloud.nova, id, awaited, { signal: request.signal }).catch(
    async (error: unknown) => {
      // Nothing may go on when this returns: what Nova has begun is seen to its end first.
      if (request.signal.aborted && begun !== null) await settle(cloud, id, awaited, settled);
      request.signal.throwIfAborted();
      throw error;
    },
  );
  if (server === undefined)
    throw new CoppiceError('operation-impossible', `${operation.doing}: server ${id} does not exist`);
  return { physicalId: id, data: { ...node.data, ...kept, ...dataOf(server) } };
}

/** Nova may never come to the end of a stop: it is Coppice's from its begin on. */
async function keepStop(
  { stops = false }: ServerOperation,
  begun: Begun | null,
  { keepData }: OperationRequest,
): Promise<JsonObject> {
  if (!stops || begun?.requestId == null) return {};
  const kept = ownStop(begun.requestId);
  await keepData?.(kept);
  return kept;
}

/** What Nova has begun: its id of the request, as its instance action has it; null: it is not known. */
interface Begun {
  readonly requestId: string | null;
}

/** @returns null: Nova has begun it neither now nor for an earlier request of the same key. */
async function begin(
  cloud: Cloud,
  id: string,
  operation: ServerOperation,
  { key: requestKey, signal }: OperationRequest,
  settled: CallContext,
): Promise<Begun | null> {
  const { nova } = cloud;
  const key = markOf(requestKey);
  // A request that is aborted from the start still has to see what an earlier one began.
  const looking = signal.aborted ? settled : { signal };
  try {
    const server = await nova.getServer(id, looking);
    const last = readMark(server, key);
    const earlier = last === undefined ? null : await begunAfter(cloud, id, last, operation, looking);
    if (earlier !== null) return earlier;
    signal.throwIfAborted();
    if (operation.isState === true && operation.until.includes(server.status)) return null;
    await operation.prepare?.(server, { signal });
    const newest = (await nova.listInstanceActions(id, looking))[0]?.request_id ?? '';
    const marked =
      last === undefined ? await mark(nova, server, operation, `${key} ${newest}`, looking) : operation;
    return await act(cloud, id, marked, last ?? newest, { signal }, settled);
  } catch (error) {
    signal.throwIfAborted();
    if (isStatus(error, 404))
      throw new CoppiceError('operation-impossible', `${operation.doing}: server ${id} does not exist`);
    throw operationError(error, operation.doing);
  }
}

/**
 * Writes the mark, or lets the operation write it.
 * @returns the operation as it is to be begun.
 */
async function mark(
  nova: NovaClient,
  server: Server,
  operation: ServerOperation,
  text: string,
  context: CallContext,
): Promise<ServerOperation> {
  try {
    await nova.addMetadata(server.id, { [MARK]: text }, context);
    return operation;
  } catch (error) {
    // In other words a 409 means that something else changes the server now. What has a task of a host that
    // died keeps it: an evacuation is allowed then.
    if (!(error instanceof CloudError) || error.status !== 409 || !/ in vm_state /.test(error.reason))
      throw error;
    const { withMetadata } = operation;
    if (withMetadata === undefined) return operation;
    return { ...operation, action: withMetadata({ ...server.metadata, [MARK]: text }) };
  }
}

async function act(
  cloud: Cloud,
  id: string,
  operation: ServerOperation,
  last: string,
  context: CallContext,
  settled: CallContext,
): Promise<Begun> {
  try {
    const { action } = operation;
    if (typeof action !== 'function') return { requestId: await cloud.nova.act(id, action, context) };
    await action(cloud, context);
    return { requestId: null };
  } catch (error) {
    const isUnclear = context.signal.aborted || (error instanceof CloudError && error.mayHaveHappened);
    if (!isUnclear) throw error;
    // The answer is lost: the instance actions show whether it was begun. As long as they cannot be seen,
    // it may be under way, and nothing else may be begun.
    const ask = (): Promise<Begun | null> => begunAfter(cloud, id, last, operation, settled);
    const begun = await askUntil(ask, () => true, settled.signal).catch(() => undefined);
    if (begun != null) return begun;
    throw error;
  }
}

/** Instance actions come newest first; those before the marked one are of others. */
async function begunAfter(
  { nova }: Cloud,
  id: string,
  last: string,
  { recordedAs }: Pick<ServerOperation, 'recordedAs'>,
  context: CallContext,
): Promise<Begun | null> {
  for (const { action, request_id: requestId } of await nova.listInstanceActions(id, context)) {
    if (requestId === last) return null;
    if (action === recordedAs) return { requestId };
  }
  return null;
}

/** The newest of the instance actions of a name. @returns with why it failed; undefined: it is not known. */
export async function lastInstanceAction(
  { nova }: Cloud,
  id: string,
  recordedAs: string,
  context: CallContext,
): Promise<{ readonly events: readonly InstanceActionEvent[]; readonly failure?: string } | undefined> {
  try {
    const actions = await nova.listInstanceActions(id, context);
    const last = actions.find(({ action }) => action === recordedAs);
    if (last === undefined) return undefined;
    const events = await nova.listInstanceActionEvents(id, last.request_id, context);
    // It was read before its events: what has failed in between is seen only by them.
    if (last.message === null && !events.some(({ result }) => result === 'Error')) return { events };
    const reasons = events.flatMap(({ details, traceback }) => details ?? lastLine(traceback) ?? []);
    return { events, failure: reasons[0] ?? 'Nova does not say why' };
  } catch (error) {
    if (error instanceof CloudError) return undefined;
    throw error;
  }
}

/** Older clouds show administrators a Python traceback only: its last line is the exception. */
function lastLine(traceback: string | null | undefined): string | undefined {
  return traceback?.trim().split('\n').at(-1);
}

/**
 * Looks at what is there, also for a request that is aborted from the start: it has to see what an earlier
 * one began.
 */
export async function whileLooking<T>(
  { signal }: OperationRequest,
  look: (context: CallContext) => Promise<T>,
): Promise<T> {
  return await look({ signal: signal.aborted ? AbortSignal.timeout(SETTLE_MS) : signal });
}

/** Whether the operation of this key has begun, and none was marked on the server since then. */
export async function hasBegun(
  cloud: Cloud,
  server: Server,
  key: string,
  operation: Pick<ServerOperation, 'recordedAs'>,
  context: CallContext,
): Promise<boolean> {
  const last = readMark(server, markOf(key));
  return last !== undefined && (await begunAfter(cloud, server.id, last, operation, context)) !== null;
}

/** @throws CoppiceError `operation-impossible`. */
export function requireServerId({ physicalId }: NodeFacts): string {
  if (physicalId === null) throw new CoppiceError('operation-impossible', 'the node has no server');
  return physicalId;
}

function readMark({ metadata }: Server, mark: string): string | undefined {
  const [key, last = ''] = metadata[MARK]?.split(' ') ?? [];
  return key === mark ? last : undefined;
}

function markOf(key: string): string {
  return createHash('sha256').update(key).digest('base64url').slice(0, 24);
}

/**
 * What Nova has begun is seen to its end. Where the host of the server is down it does not end before the
 * host is back, and changes nothing until then: what follows replaces the server, or moves it from the host.
 */
async function settle(cloud: Cloud, id: string, awaited: Awaited, settled: CallContext): Promise<void> {
  try {
    await awaitServer(cloud.nova, id, { ...awaited, isHopeless: isOnDeadHost }, settled);
  } catch {
    // It has ended, well or not, or its time is over: the caller reports why it gave up.
  }
}

/** Only administrators see the status of the host; for others the wait ends with its time. */
function isOnDeadHost({ host_status: status }: Server): boolean {
  return status === 'DOWN' || status === 'UNKNOWN';
}
