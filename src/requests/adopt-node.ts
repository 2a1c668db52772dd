/**
 * Making a node of what exists: a server or stack that Coppice did not create.
 *
 *     read it -> its spec, with the overrides -> check -> mark it -> rows of profile and node
 *
 * The id of the node follows from what is adopted. So a request that is repeated after a crash marks it for
 * the same node again, and of two requests at the same time one finds the node of the other.
 */
import { createHash, randomBytes } from 'node:crypto';
import { CoppiceError, describeIssue, quoteValue } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Node, Profile, Retained, Spec } from '../domain/model.ts';
import { ownerOf } from '../domain/session.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { Adoptable } from '../profiles/adoptable.ts';
import { typeName, type Adoption, type NodeFacts, type ProfileType } from '../profiles/profile-type.ts';
import { getNode, insertNodes, nodesOfPhysicalId } from '../store/nodes.ts';
import { sealSpec } from '../secrets/spec-secrets.ts';
import { insertProfile } from '../store/profiles.ts';
import { retainedOfPhysicalId } from '../store/retained.ts';
import type { Db } from '../store/store.ts';
import { visibleProject, type Caller, type RequestTools } from './request-tools.ts';
import { refuseSpec } from './spec-document.ts';

export interface AdoptPreview {
  /** Of the server or stack, as its own API names it. */
  readonly identity: string;
  /** `os.nova.server-1.0` */
  readonly type: string;
  /** Properties of the spec that are said, and not read. */
  readonly overrides: JsonObject;
  readonly snapshot: boolean;
}

export interface AdoptRequest extends AdoptPreview {
  /** Absent: one is made up. */
  readonly name: string | undefined;
  readonly role: string;
  readonly metadata: JsonObject;
}

/** Milliseconds that the cloud has to answer all that is asked of it. */
const READ_MS = 30_000;
const CLAIM_MS = 60_000;

interface Read {
  readonly type: ProfileType;
  readonly adoption: Adoption;
  readonly found: Adoptable;
  readonly spec: Spec;
  /** With their defaults. */
  readonly properties: JsonObject;
}

/**
 * The spec of the profile that an adoption would make; changes nothing.
 * @throws CoppiceError `bad-request`, `invalid-spec`, `resource-in-use`; `operation-failed` where the cloud
 * could not be asked.
 */
export async function previewAdoption(
  tools: RequestTools,
  caller: Caller,
  request: AdoptPreview,
): Promise<Spec> {
  return (await read(tools, caller, request)).spec;
}

/** @returns the node. @throws CoppiceError as `previewAdoption`. */
export async function adoptNode(tools: RequestTools, caller: Caller, request: AdoptRequest): Promise<Node> {
  const { type, adoption, found, spec, properties } = await read(tools, caller, request);
  const id = nodeIdFor(typeName(type), found.physicalId);
  const placement: JsonObject = found.region === null ? {} : { placement: { region_name: found.region } };
  const name = request.name ?? `node-${randomBytes(4).toString('hex')}`;
  const facts: NodeFacts = {
    id,
    name,
    index: -1,
    role: request.role,
    clusterId: null,
    clusterName: null,
    metadata: request.metadata,
    physicalId: found.physicalId,
    data: placement,
    properties,
    session: ownerOf(caller),
  };
  const signal = AbortSignal.timeout(CLAIM_MS);
  const claimed = await adoption.claim(facts, { key: `adopt ${id}`, signal });
  const verdict = await type.probe({ ...facts, ...claimed }, signal);
  const now = tools.now();
  const sealed = sealSpec(tools.store.secrets, type, spec);
  const profile = profileOf(caller, `prof-${name}`, type, sealed, { id: nodeIdFor('profile', id), now });
  const node: Node = {
    ...ownerOf(caller),
    id,
    name,
    clusterId: null,
    profileId: profile.id,
    index: -1,
    role: request.role,
    physicalId: claimed.physicalId,
    ...statusBy(verdict),
    metadata: request.metadata,
    data: { ...placement, ...claimed.data },
    dependents: {},
    tainted: false,
    initAt: now,
    createdAt: now,
    updatedAt: null,
  };
  await tools.store.write(async (tx) => {
    if (await isForeign(tx.db, caller, found)) throw notThere(adoption, request.identity);
    await refuseOwned(tx.db, found);
    await insertProfile(tx, profile);
    await insertNodes(tx, [node]);
  });
  return node;
}

async function read(
  tools: RequestTools,
  caller: Caller,
  { identity, type: wanted, overrides, snapshot }: AdoptPreview,
): Promise<Read> {
  if (snapshot) {
    const hint = 'Coppice takes no snapshot: the profile names the image that the server was made from';
    throw new CoppiceError('bad-request', `snapshot: expected false, found true (${hint})`);
  }
  const type = tools.profileTypes.find(wanted);
  if (type === undefined) {
    const known = tools.profileTypes.all.map(typeName).join(', ');
    throw new CoppiceError('bad-request', `type: expected one of ${known}, found ${quoteValue(wanted)}`);
  }
  const { adoption } = type;
  if (adoption === undefined || typeof adoption === 'string') {
    const why = adoption === undefined ? '' : `: ${adoption}`;
    throw new CoppiceError('bad-request', `Nodes of the type ${typeName(type)} cannot be adopted${why}.`);
  }
  const { db } = tools.store;
  const found = await adoption.read(identity, {
    owner: ownerOf(caller),
    isForeign: (thing) => isForeign(db, caller, thing),
    signal: AbortSignal.timeout(READ_MS),
  });
  if (found === undefined) throw notThere(adoption, identity);
  await refuseOwned(db, found);
  const missing = found.missing.filter(({ keys }) => !keys.some((key) => key in overrides));
  if (missing.length > 0)
    throw new CoppiceError('bad-request', missing.map(({ issue }) => describeIssue(issue)).join('; '));
  const properties = { ...found.properties, ...overrides };
  const check = type.check(properties);
  if (!check.ok) refuseSpec('', check.issues);
  const issues = (await type.examine?.(check.properties, found.region)) ?? [];
  if (issues.length > 0) refuseSpec('', issues);
  const spec: Spec = { type: type.name, version: type.version, properties };
  return { type, adoption, found, spec, properties: check.properties };
}

function notThere({ expected }: Adoption, identity: string): CoppiceError {
  return new CoppiceError('bad-request', `identity: expected ${expected}, found ${quoteValue(identity)}`);
}

type Thing = Pick<Adoptable, 'physicalId' | 'nodeId'>;

/** Whose node it is already, or whose node it was and is kept; undefined: no project's. */
async function holderOf(db: Db, { physicalId, nodeId }: Thing): Promise<Holder | undefined> {
  const kept = await retainedOfPhysicalId(db, physicalId);
  if (kept !== undefined) return { kept, project: kept.project };
  const [holder] = await nodesOfPhysicalId(db, physicalId);
  const node = holder ?? (nodeId === null ? undefined : await getNode(db, nodeId));
  return node === undefined ? undefined : { node, project: node.project };
}

type Holder = { readonly project: string } & ({ readonly kept: Retained } | { readonly node: Node });

/** A refusal that is not that of a thing which is not there would tell that it is. */
async function isForeign(db: Db, caller: Caller, thing: Thing): Promise<boolean> {
  const visible = visibleProject(caller);
  const holder = await holderOf(db, thing);
  return holder !== undefined && visible !== undefined && holder.project !== visible;
}

/** @throws CoppiceError `resource-in-use` */
async function refuseOwned(db: Db, thing: Thing): Promise<void> {
  const holder = await holderOf(db, thing);
  if (holder === undefined) return;
  const why =
    'kept' in holder ? whyKept(holder.kept) : `that of node ${holder.node.name} (${holder.node.id}) already`;
  throw new CoppiceError('resource-in-use', `${thing.physicalId} cannot be adopted: it is ${why}.`);
}

/** It would be removed as the node's own, once its time is over. */
function whyKept({ id, nodeName }: Retained): string {
  return `kept of node ${nodeName} after its recovery (coppice retained show ${id.slice(0, 8)})`;
}

function profileOf(
  caller: Caller,
  name: string,
  type: ProfileType,
  spec: Spec,
  { id, now }: { readonly id: string; readonly now: number },
): Profile {
  return {
    ...ownerOf(caller),
    id,
    name,
    type: typeName(type),
    spec,
    metadata: {},
    createdAt: now,
    updatedAt: null,
  };
}

function statusBy(verdict: Verdict): Pick<Node, 'status' | 'statusReason'> {
  return verdict.health === 'unhealthy'
    ? { status: 'ERROR', statusReason: `Node adopted: ${verdict.failure}: ${verdict.reason}` }
    : { status: 'ACTIVE', statusReason: 'Node adopted successfully' };
}

/** A UUID that follows from its parts. */
function nodeIdFor(kind: string, what: string): string {
  const hex = createHash('sha256').update(`${kind} ${what}`).digest('hex');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`];
  return [...parts, hex.slice(20, 32)].join('-');
}
