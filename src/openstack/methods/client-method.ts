/**
 * The methods of OpenStack's Python clients, as data: `servers.get(server)` of python-novaclient is the
 * request `GET /servers/ID`, and its answer is the `server` of the body. People write them in workflows, as
 * `nova.servers_get` (`workflow/actions/cloud-actions.ts`).
 *
 *     nova-servers.ts, heat.ts, ...   a line for each method: signature, summary, request
 *     requests.ts                     what such a request is made from
 *     namespaces.ts                   all of them, by the name of their service
 *
 * To add one is to add a line. What a method takes and gives is as its Python client has it; what differs is
 * said in the line's summary.
 */
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import type { CloudAnswer, CloudRequest } from '../cloud-request.ts';
import { parseSignature, type Signature } from './signature.ts';

export interface ClientMethod extends Signature {
  /** One sentence. */
  readonly summary: string;
  readonly call: MethodCall;
}

/** @throws CloudError, MethodFailure */
export type MethodCall = (given: MethodArguments, service: CalledService) => Promise<Json>;

/** By name; those that are not given have their defaults. */
export type MethodArguments = JsonObject;

/** The service that a method calls, for one call of it. */
export interface CalledService {
  /**
   * Stands for this call, and is the same when the call is repeated after a crash: what it creates carries
   * it, so that a repeat finds it. A UUID.
   */
  readonly key: string;
  /** @throws CloudError */
  request(request: ServiceCall): Promise<CloudAnswer>;
}

export type ServiceCall = Omit<CloudRequest, 'service' | 'version'>;

/** What a method says itself, and not its service: nothing was found, an argument cannot be used. */
export class MethodFailure extends Error {
  override readonly name = 'MethodFailure';
}

/**
 * Parameters that name another object by its id, in the body of a request or in its query. Those in a path
 * are ids too, and take objects there (`pathOf`).
 */
const idParameters: ReadonlySet<string> = new Set(
  (
    'attachment_uuid backup_id chassis consistencygroup_id dest_volid domain flavor image imageRef ' +
    'instance_uuid marker member_id net_id node parent port_id portgroup project_id security_group ' +
    'server_id service_uuid snapshot_id source_volid tenant tenant_id user_id vif_id volume_id volume_type'
  ).split(' '),
);

/** Of an object with an `id` or a `uuid` that; anything else stays as it is, as of Python's `base.getid`. */
export function idOf(value: Json): Json {
  return isJsonObject(value) ? (value['id'] ?? value['uuid'] ?? value) : value;
}

/** @param signature `servers.reboot(server, reboot_type="SOFT")`: defaults are JSON. */
export function clientMethod(signature: string, summary: string, call: MethodCall): ClientMethod {
  const parsed = parseSignature(signature);
  const ids = parsed.parameters.flatMap(({ name }) => (idParameters.has(name) ? [name] : []));
  const withIds = (given: MethodArguments): MethodArguments => ({
    ...given,
    ...Object.fromEntries(ids.flatMap((name) => (name in given ? [[name, idOf(given[name] ?? null)]] : []))),
  });
  return { ...parsed, summary, call: async (given, service) => await call(withIds(given), service) };
}
