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
import type { Json, JsonObject } from '../../domain/json.ts';
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

/** @param signature `servers.reboot(server, reboot_type="SOFT")`: defaults are JSON. */
export function clientMethod(signature: string, summary: string, call: MethodCall): ClientMethod {
  return { ...parseSignature(signature), summary, call };
}
