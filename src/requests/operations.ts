/**
 * Operations of the profile type that an operator requests for a node, or for nodes of a cluster. What is
 * refused, and the sentences, are Senlin's (senlin/conductor/service.py).
 */
import { checkFields } from '../domain/check-fields.ts';
import { onNode } from '../domain/action-requests.ts';
import { didYouMean } from '../domain/did-you-mean.ts';
import { CoppiceError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import { nodeStatuses } from '../domain/states.ts';
import type { Operation, ProfileType } from '../profiles/profile-type.ts';
import { nodesOfCluster } from '../store/nodes.ts';
import { getProfile } from '../store/profiles.ts';
import type { Db } from '../store/store.ts';
import type { ClusterRequest } from './cluster-actions.ts';
import { requireObject } from './find-object.ts';
import { recordAction } from './record-action.ts';
import type { Caller, RequestTools } from './request-tools.ts';
import { sealSecrets } from './seal-secrets.ts';
import { refuseSpec } from './spec-document.ts';

/** @returns the id of the action. */
export async function operateOnNode(
  tools: RequestTools,
  caller: Caller,
  identity: string,
  name: string,
  parameters: JsonObject,
): Promise<string> {
  return await tools.store.write(async (tx) => {
    const node = await requireObject(tx.db, caller, 'node', identity);
    const params = await checkedParameters(tx.db, tools, node.profileId, name, parameters);
    return await recordAction(tx, tools, caller, onNode('NODE_OPERATION', node, { operation: name, params }));
  });
}

/** Which nodes of a cluster; those that have all that is given. */
export interface NodeFilters {
  readonly name?: string;
  readonly profile_id?: string;
  readonly status?: string;
  readonly role?: string;
}

const filterKeys: readonly string[] = ['name', 'profile_id', 'status', 'role'];

export function operating(name: string, parameters: JsonObject, filters: JsonObject): ClusterRequest {
  return {
    action: 'CLUSTER_OPERATION',
    async prepare(db, cluster, tools) {
      const params = await checkedParameters(db, tools, cluster.profileId, name, parameters);
      const wanted = readFilters(filters);
      const nodes = (await nodesOfCluster(db, cluster.id)).filter(
        ({ name: ofNode, profileId, status, role }) =>
          is(wanted.name, ofNode) &&
          is(wanted.profile_id, profileId) &&
          is(wanted.status, status) &&
          is(wanted.role, role),
      );
      if (nodes.length === 0)
        throw new CoppiceError('bad-request', 'No node (matching the filter) could be found');
      return { operation: name, params, nodes: nodes.map(({ id }) => id) };
    },
  };
}

function is(wanted: string | undefined, found: string): boolean {
  return wanted === undefined || wanted === found;
}

function readFilters(filters: JsonObject): NodeFilters {
  const unknown = Object.keys(filters).filter((key) => !filterKeys.includes(key));
  if (unknown.length > 0) {
    const sentences = unknown.map((key) => `Filter key '${key.slice(0, 100)}' is unsupported`);
    throw new CoppiceError('bad-request', sentences.slice(0, 10).join('\n'));
  }
  const wrong = Object.entries(filters).find(([, value]) => typeof value !== 'string');
  if (wrong !== undefined) throw new CoppiceError('bad-request', `filters.${wrong[0]}: expected a text`);
  const { status } = filters as NodeFilters;
  if (status !== undefined && !(nodeStatuses as readonly string[]).includes(status)) {
    const expected = `one of ${nodeStatuses.join(', ')}`;
    throw new CoppiceError(
      'bad-request',
      `filters.status: expected ${expected}, found "${status.slice(0, 100)}"`,
    );
  }
  return filters;
}

/** With their defaults. @throws CoppiceError `bad-request` */
async function checkedParameters(
  db: Db,
  { store, profileTypes }: RequestTools,
  profileId: string,
  name: string,
  parameters: JsonObject,
): Promise<JsonObject> {
  const profile = await getProfile(db, profileId);
  const type = profile === undefined ? undefined : profileTypes.find(profile.type);
  const operation =
    type !== undefined && Object.hasOwn(type.operations, name) ? type.operations[name] : undefined;
  if (operation === undefined) throw notSupported(name, profile?.type ?? '', type);
  return sealSecrets(store.secrets, operation, checkAgainst(operation, name, parameters));
}

function notSupported(name: string, profileType: string, type: ProfileType | undefined): CoppiceError {
  const senlinMessage = `The requested operation '${name.slice(0, 100)}' is not supported by the profile type '${profileType}'.`;
  const known = Object.keys(type?.operations ?? {}).toSorted();
  if (known.length === 0) return new CoppiceError('bad-request', senlinMessage);
  const hint = didYouMean(name, known);
  const message = `${senlinMessage} Expected one of ${known.join(', ')}${hint === undefined ? '' : ` (${hint})`}.`;
  return new CoppiceError('bad-request', message, { senlinMessage });
}

function checkAgainst({ parameters: known }: Operation, name: string, parameters: JsonObject): JsonObject {
  const fields = Object.fromEntries(
    Object.entries(known).map(([key, { allowed, isNeeded, ...field }]) => [
      key,
      {
        ...field,
        // A value may be a password.
        secret: true,
        ...(allowed === undefined ? {} : { allowed }),
        ...(isNeeded === true ? { required: true, pattern: notEmpty } : {}),
      },
    ]),
  );
  const check = checkFields(fields, parameters, '1.0', { path: name });
  if (check.ok) return check.value;
  return refuseSpec(`The parameters of '${name}': `, check.issues, {
    code: 'bad-request',
    senlinMessage: notAllowed(known, parameters),
  });
}

const notEmpty = { regex: /./s, expected: 'a text of at least one character' };

/** Senlin's sentence for a word that is none of those of its parameter; what they are is no secret. */
function notAllowed(known: Operation['parameters'], parameters: JsonObject): string | undefined {
  for (const [key, { allowed }] of Object.entries(known)) {
    const word = parameters[key];
    if (allowed === undefined || typeof word !== 'string' || allowed.includes(word)) continue;
    return `'${word.slice(0, 100)}' must be one of the allowed values: ${allowed.join(', ')}.`;
  }
  return undefined;
}
