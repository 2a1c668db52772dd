/**
 * What an operator may say when asking for a recovery: which operation, with which parameters, and whether to
 * probe first.
 */
import { didYouMean } from '../domain/did-you-mean.ts';
import { CoppiceError, quoteValue } from '../domain/errors.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { typeName, type Operation, type ProfileType } from '../profiles/profile-type.ts';
import { requestedOperations } from '../recovery/operation-rules.ts';
import { rulesOfCluster } from '../clusters/cluster-rules.ts';
import type { Profile } from '../domain/model.ts';
import { getProfile } from '../store/profiles.ts';
import type { Db } from '../store/store.ts';
import { sealSecrets } from './seal-secrets.ts';
import type { RequestTools } from './request-tools.ts';

export interface RecoverRequest {
  /** REBOOT, REBUILD or RECREATE, in any case; absent: what the cluster's health policy says. */
  readonly operation?: string;
  readonly operationParams?: JsonObject;
  /** Whether to probe the nodes first. */
  readonly check?: boolean;
}

/** Of a node, or of the nodes of a cluster. */
export interface Recovered {
  readonly profileId: string;
  readonly clusterId: string | null;
}

/** @throws CoppiceError `bad-request` */
export async function recoverInputs(
  db: Db,
  tools: RequestTools,
  { profileId, clusterId }: Recovered,
  request: RecoverRequest,
): Promise<JsonObject> {
  const { operation, operationParams, check } = request;
  const inputs: Record<string, Json> = check === undefined ? {} : { check };
  if (operation === undefined) {
    if (operationParams !== undefined)
      refuse('operation_params: expected an operation beside it, found none');
    return inputs;
  }
  const name = operation.toUpperCase();
  if (!requestedOperations.includes(name)) {
    const allowed = requestedOperations.join(', ');
    const senlinMessage = `Operation value '${operation}' has to be one of the following: ${allowed}.`;
    const hint = didYouMean(operation, requestedOperations);
    throw new CoppiceError('bad-request', senlinMessage + (hint === undefined ? '' : ` (${hint})`), {
      senlinMessage,
    });
  }
  const profile = await getProfile(db, profileId);
  const type = profile === undefined ? undefined : tools.profileTypes.find(profile.type);
  if (name === 'RECREATE' && operationParams !== undefined) {
    const params = recreateParameters(operationParams);
    if (params.surge && profile !== undefined && type !== undefined) {
      refuseSurge(type, profile);
      await refuseBesideFencing(db, clusterId);
    }
    return { ...inputs, operation: name, operation_params: params.surge ? { surge: true } : {} };
  }
  if (operationParams === undefined || type === undefined || name === 'RECREATE')
    return { ...inputs, operation: name, ...(operationParams && { operation_params: operationParams }) };
  const asked = operationOf(type, name);
  const checked = Object.entries(operationParams).map(
    ([key, value]) => [key, checkedParameter(asked, key, value)] as const,
  );
  const sealed = sealSecrets(tools.store.secrets, asked, Object.fromEntries(checked));
  return { ...inputs, operation: name, operation_params: sealed };
}

/** A command line sends texts. */
function recreateParameters(parameters: JsonObject): { readonly surge: boolean } {
  const { surge, ...others } = parameters;
  if (Object.hasOwn(others, 'retain'))
    refuse(
      'operation_params.retain: expected surge alone for RECREATE, found retain; what is kept, and for how long, stands in the health policy, ' +
        'and a RECREATE that is requested keeps it as well',
    );
  if (Object.keys(others).length > 0)
    refuse(
      `operation_params: expected surge alone for RECREATE, which deletes the node and creates it again from its profile, found ${quoteValue(others)}`,
    );
  if (surge === undefined || surge === false || surge === 'false') return { surge: false };
  if (surge !== true && surge !== 'true')
    refuse(`operation_params.surge: expected true or false, found ${quoteValue(surge)}`);
  return { surge: true };
}

/** As a policy with it is refused where it is attached. */
function refuseSurge(type: ProfileType, profile: Profile): void {
  const field = 'operation_params.surge';
  if (type.surge === undefined)
    refuse(
      `${field}: expected false, found true (nodes of ${typeName(type)} cannot be made beside the old one)`,
    );
  const check = type.check(profile.spec.properties, { isStored: true });
  const [obstacle] = check.ok ? type.surge.obstacles(check.properties) : [];
  if (obstacle !== undefined)
    refuse(
      `${field}: expected false, found true (the profile ${profile.name} has ${obstacle.field}: ${obstacle.found}, which the old and the new node would both need)`,
    );
}

async function refuseBesideFencing(db: Db, clusterId: string | null): Promise<void> {
  const rules = clusterId === null ? null : await rulesOfCluster(db, clusterId);
  if (rules?.policy.recovery.fencing.includes('COMPUTE') === true)
    refuse(
      `operation_params.surge: expected false, found true (fencing: [COMPUTE] of the policy ${rules.policyName} makes no new node before the old one is surely gone)`,
    );
}

function operationOf(type: ProfileType, name: string): Operation {
  const operation = type.operations[name.toLowerCase()];
  if (operation === undefined) {
    refuse(`operation: expected an operation that ${typeName(type)} has, found '${name}'`);
  }
  return operation;
}

/** A word that is one of several may be written in any case, as in Senlin. */
function checkedParameter({ parameters }: Operation, key: string, value: Json): Json {
  const field = `operation_params.${key}`;
  const parameter = Object.hasOwn(parameters, key) ? parameters[key] : undefined;
  if (parameter === undefined) {
    const known = Object.keys(parameters);
    const expected = known.length === 0 ? 'no parameter' : `one of ${known.join(', ')}`;
    refuse(`${field}: expected ${expected}, found an unknown key`);
  }
  const { allowed } = parameter;
  if (allowed === undefined) return value;
  const word = allowed.find((one) => typeof value === 'string' && one.toLowerCase() === value.toLowerCase());
  if (word !== undefined) return word;
  const detail = `${field}: expected one of ${allowed.join(', ')}, found ${quoteValue(value)}`;
  const said = typeof value === 'string' ? value.slice(0, 100) : quoteValue(value);
  const senlinMessage = `Type field '${said}' in operation_params has to be one of the following: ${allowed.join(', ')}.`;
  throw new CoppiceError('bad-request', detail, key === 'type' ? { senlinMessage } : {});
}

function refuse(sentence: string): never {
  throw new CoppiceError('bad-request', sentence);
}
