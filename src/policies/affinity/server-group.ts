/**
 * The server group of an attached policy: the one that exists, or one that is made. Nova takes several groups
 * of one name, and no key: so it is looked up once, before the first attempt, whether there is one; a group
 * of that name which is found later is what an earlier attempt has made.
 */
import { CoppiceError } from '../../domain/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import { CloudError, operationError } from '../../openstack/cloud-error.ts';
import type { NovaClient } from '../../openstack/nova/nova-client.ts';
import type { ServerGroup } from '../../openstack/nova/server.ts';
import type { PolicyAttachment } from '../policy-type.ts';
import type { AffinityPolicy } from './affinity-policy.ts';

type Attachment = Pick<PolicyAttachment<AffinityPolicy>, 'value' | 'cluster' | 'policyId' | 'profile'>;

const DOING = 'the server group could not be made';

/**
 * @returns `{id, policy}`, each null where there is none. @throws CoppiceError where several have the name.
 */
export async function existingGroup(
  nova: NovaClient,
  attachment: Attachment,
  signal: AbortSignal,
): Promise<JsonObject> {
  const name = nameOf(attachment);
  const groups = await nova.listServerGroups({ signal });
  const byId = groups.find(({ id }) => id === name);
  const [first, second] = groups.filter((group) => group.name === name);
  if (byId === undefined && second !== undefined)
    throw new CoppiceError(
      'operation-impossible',
      `several server groups are named ${name}: give the id of one`,
    );
  const group = byId ?? first;
  return { id: group?.id ?? null, policy: group?.policy ?? group?.policies?.[0] ?? null };
}

/**
 * @param existing as `existingGroup` found it.
 * @returns as Senlin keeps it in the binding.
 * @throws CoppiceError: then nothing is left of it.
 */
export async function useOrMakeGroup(
  nova: NovaClient,
  attachment: Attachment,
  existing: Json,
  signal: AbortSignal,
): Promise<JsonObject> {
  const { id, policy } = isJsonObject(existing) ? existing : {};
  const { groupPolicy } = attachment.value;
  const name = nameOf(attachment);
  if (typeof id === 'string') {
    if (policy === groupPolicy) return { servergroup_id: id, inherited_group: true };
    const found = `found ${groupPolicy}; the server group ${name} exists`;
    throw new CoppiceError(
      'operation-impossible',
      `servergroup.policies: expected ${typeof policy === 'string' ? policy : 'a policy'}, ${found}`,
    );
  }
  try {
    const begun = await findMade(nova, name, signal.aborted ? AbortSignal.timeout(ABORTED_MS) : signal);
    if (signal.aborted && begun !== undefined)
      await removeGroup(nova, begun.id, AbortSignal.timeout(ABORTED_MS));
    signal.throwIfAborted();
    const { id: made } = begun ?? (await make(nova, name, groupPolicy, signal));
    return { servergroup_id: made, inherited_group: false };
  } catch (error) {
    signal.throwIfAborted();
    throw operationError(error, DOING);
  }
}

/** How long what an attempt has made that is given up is looked for and removed. */
const ABORTED_MS = 60_000;

/** Gone already is a success, and so are servers that are in it. @throws CoppiceError */
export async function removeGroup(nova: NovaClient, id: string, signal: AbortSignal): Promise<void> {
  try {
    await nova.deleteServerGroup(id, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw operationError(error, 'the server group could not be deleted');
  }
}

async function findMade(
  nova: NovaClient,
  name: string,
  signal: AbortSignal,
): Promise<ServerGroup | undefined> {
  return (await nova.listServerGroups({ signal })).find((group) => group.name === name);
}

async function make(
  nova: NovaClient,
  name: string,
  policy: string,
  signal: AbortSignal,
): Promise<ServerGroup> {
  try {
    return await nova.createServerGroup(name, policy, { signal });
  } catch (error) {
    // The answer may be lost.
    const isUnclear = error instanceof CloudError && error.mayHaveHappened;
    const made = isUnclear ? await findMade(nova, name, signal) : undefined;
    if (made === undefined) throw error;
    return made;
  }
}

/** That of the policy, else of the profile's scheduler hints, as in Senlin; else one of our own. */
function nameOf({ value, cluster, policyId, profile }: Attachment): string {
  const { scheduler_hints: hints } = profile;
  const hinted = isJsonObject(hints) ? hints['group'] : undefined;
  const ofProfile = typeof hinted === 'string' && hinted !== '' ? hinted : null;
  return value.groupName ?? ofProfile ?? `server_group_${cluster.id}_${policyId.slice(0, 8)}`;
}
