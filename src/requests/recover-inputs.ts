/**
 * What an operator may say when asking for a recovery: which operation, with which parameters, and whether to
 * probe first.
 */
import { CoppiceError, quoteValue } from '../domain/errors.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { typeName, type Operation, type ProfileType } from '../profiles/profile-type.ts';
import { getProfile } from '../store/profiles.ts';
import type { Db } from '../store/store.ts';
import type { RequestTools } from './request-tools.ts';

export interface RecoverRequest {
  /** REBOOT, REBUILD or RECREATE, in any case; absent: what the cluster's health policy says. */
  readonly operation?: string;
  readonly operationParams?: JsonObject;
  /** Whether to probe the nodes first. */
  readonly check?: boolean;
}

const operations = ['REBOOT', 'REBUILD', 'RECREATE'];

/** Of RECREATE: they need what a policy is checked for where it is attached. */
const optionsOfPolicy = ['surge', 'retain'];

/** @throws CoppiceError `bad-request` */
export async function recoverInputs(
  db: Db,
  tools: RequestTools,
  profileId: string,
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
  if (!operations.includes(name)) {
    const allowed = operations.join(', ');
    refuse(`Operation value '${operation}' has to be one of the following: ${allowed}.`);
  }
  const profile = await getProfile(db, profileId);
  const type = profile === undefined ? undefined : tools.profileTypes.find(profile.type);
  if (type !== undefined) checkOperation(type, name, operationParams ?? {});
  return { ...inputs, operation: name, ...(operationParams && { operation_params: operationParams }) };
}

function checkOperation(type: ProfileType, name: string, parameters: JsonObject): void {
  if (name === 'RECREATE') {
    if (Object.keys(parameters).length === 0) return;
    const ofPolicy = optionsOfPolicy.find((option) => Object.hasOwn(parameters, option));
    if (ofPolicy !== undefined)
      refuse(
        `operation_params.${ofPolicy}: expected no parameters for RECREATE that is requested by its name, found ${ofPolicy}; ` +
          `a RECREATE with ${ofPolicy} stands in a health policy, and a recovery without an operation runs the actions of the policy`,
      );
    const found = quoteValue(parameters);
    refuse(
      `operation_params: expected no parameters for RECREATE, which deletes the node and creates it again from its profile, found ${found}`,
    );
  }
  const operation = type.operations[name.toLowerCase()];
  if (operation === undefined) {
    refuse(`operation: expected an operation that ${typeName(type)} has, found '${name}'`);
  }
  for (const [key, value] of Object.entries(parameters)) checkParameter(operation, key, value);
}

function checkParameter({ parameters }: Operation, key: string, value: Json): void {
  const field = `operation_params.${key}`;
  const parameter = Object.hasOwn(parameters, key) ? parameters[key] : undefined;
  if (parameter === undefined) {
    const known = Object.keys(parameters);
    const expected = known.length === 0 ? 'no parameter' : `one of ${known.join(', ')}`;
    refuse(`${field}: expected ${expected}, found an unknown key`);
  }
  const { allowed } = parameter;
  if (allowed !== undefined && !(typeof value === 'string' && allowed.includes(value))) {
    refuse(`${field}: expected one of ${allowed.join(', ')}, found ${JSON.stringify(value)}`);
  }
}

function refuse(sentence: string): never {
  throw new CoppiceError('bad-request', sentence);
}
