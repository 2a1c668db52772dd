/** What all requests of Nova's API share: microversion, the server that they are about, answers. */
import type { JsonObject } from '../domain/json.ts';
import { SimulatorError, notFoundError } from './api-error.ts';
import type { ShapeContext } from './compute-shapes.ts';
import type { SimulatorAnswer, SimulatorCall } from './endpoint.ts';
import type { SimulatedServer } from './simulated-server.ts';
import type { World } from './world.ts';

/** Zed's. */
export const NEWEST_COMPUTE_MINOR = 93;

export interface ComputeTools {
  readonly world: World;
  readonly computeUrl: () => string;
}

export function ok(body?: JsonObject): SimulatorAnswer {
  return body === undefined ? { status: 200 } : { status: 200, body };
}

/** @throws SimulatorError 403 */
export function forAdmin({ isAdmin }: SimulatorCall, rule: string): void {
  if (!isAdmin) throw new SimulatorError(403, `Policy doesn't allow ${rule} to be performed.`);
}

/**
 * @param which `shown`: also one that has just been deleted, which Nova shows for a moment; `known`: also one
 * that was deleted as long as the simulator remembers it.
 * @throws SimulatorError 404 also for a server of another project.
 */
export function serverOf(
  call: SimulatorCall,
  { servers }: World,
  which: 'there' | 'shown' | 'known' = 'there',
): SimulatedServer {
  const id = call.params['id'] ?? '';
  const server = servers.find(id, which);
  if (server === undefined || (!call.isAdmin && server.projectId !== call.projectId))
    throw notFoundError('Instance', id);
  return server;
}

export function contextOf(call: SimulatorCall, { world, computeUrl }: ComputeTools): ShapeContext {
  return {
    minor: minorOf(call),
    isAdmin: call.isAdmin,
    computeUrl: computeUrl(),
    network: world.network,
    flavorOf: (id) => world.flavors.get(id),
    hostOf: (name) => world.hosts.find(name),
    now: world.clock.now(),
  };
}

/** @throws SimulatorError 406 for a microversion that Nova does not have. */
export function minorOf(call: Pick<SimulatorCall, 'header'>): number {
  const written =
    /^compute (.+)$/i.exec(call.header('openstack-api-version') ?? '')?.[1] ??
    call.header('x-openstack-nova-api-version');
  if (written === undefined) return 1;
  if (written === 'latest') return NEWEST_COMPUTE_MINOR;
  const minor = Number(/^2\.(\d+)$/.exec(written)?.[1]);
  if (minor >= 1 && minor <= NEWEST_COMPUTE_MINOR) return minor;
  if (!/^\d+\.\d+$/.test(written))
    throw new SimulatorError(
      400,
      `API Version String ${written} is of invalid format. Must be of format MajorNum.MinorNum.`,
    );
  throw new SimulatorError(
    406,
    `Version ${written} is not supported by the API. Minimum is 2.1 and maximum is 2.${NEWEST_COMPUTE_MINOR}.`,
  );
}

/** Of every answer of Nova. @throws SimulatorError 400, 406 */
export function microversionHeaders(call: Pick<SimulatorCall, 'header'>): Readonly<Record<string, string>> {
  const version = `2.${minorOf(call)}`;
  return {
    'OpenStack-API-Version': `compute ${version}`,
    'X-OpenStack-Nova-API-Version': version,
    Vary: 'OpenStack-API-Version, X-OpenStack-Nova-API-Version',
  };
}

/**
 * @param known of the query, separated by spaces. @param since the minor version from which others are
 * refused.
 * @throws SimulatorError 400
 */
export function refuseOther(call: SimulatorCall, known: string, since = 75): void {
  const names = known.split(' ');
  const other = Object.keys(call.query).find((name) => !names.includes(name));
  if (other !== undefined && minorOf(call) >= since)
    throw new SimulatorError(400, `Additional properties are not allowed ('${other}' was unexpected)`);
}
