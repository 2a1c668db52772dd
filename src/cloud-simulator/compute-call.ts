/** What all requests of Nova's API share: microversion, the server that they are about, answers. */
import type { JsonObject } from '../domain/json.ts';
import { ApiError, notFound } from './api-error.ts';
import type { ShapeContext } from './compute-shapes.ts';
import type { Answer, Call } from './endpoint.ts';
import type { SimulatedServer } from './simulated-server.ts';
import type { World } from './world.ts';

/** Zed's. */
export const NEWEST_MINOR = 93;

export interface ComputeTools {
  readonly world: World;
  readonly computeUrl: () => string;
}

export function ok(body?: JsonObject): Answer {
  return body === undefined ? { status: 200 } : { status: 200, body };
}

/** @throws ApiError 403 */
export function forAdmin({ isAdmin }: Call, rule: string): void {
  if (!isAdmin) throw new ApiError(403, `Policy doesn't allow ${rule} to be performed.`);
}

/**
 * @param which `shown`: also one that has just been deleted, which Nova shows for a moment; `known`: also one
 * that was deleted as long as the simulator remembers it.
 * @throws ApiError 404 also for a server of another project.
 */
export function serverOf(
  call: Call,
  { servers }: World,
  which: 'there' | 'shown' | 'known' = 'there',
): SimulatedServer {
  const id = call.params['id'] ?? '';
  const server = servers.find(id, which);
  if (server === undefined || (!call.isAdmin && server.projectId !== call.projectId))
    throw notFound('Instance', id);
  return server;
}

export function contextOf(call: Call, { world, computeUrl }: ComputeTools): ShapeContext {
  return {
    minor: minorOf(call),
    isAdmin: call.isAdmin,
    computeUrl: computeUrl(),
    network: world.network,
    flavorOf: (id) => world.flavors.get(id),
    hostOf: (name) => world.hosts.find(name),
  };
}

/** @throws ApiError 406 for a microversion that Nova does not have. */
export function minorOf(call: Pick<Call, 'header'>): number {
  const written =
    /^compute (.+)$/i.exec(call.header('openstack-api-version') ?? '')?.[1] ??
    call.header('x-openstack-nova-api-version');
  if (written === undefined) return 1;
  if (written === 'latest') return NEWEST_MINOR;
  const minor = Number(/^2\.(\d+)$/.exec(written)?.[1]);
  if (minor >= 1 && minor <= NEWEST_MINOR) return minor;
  if (!/^\d+\.\d+$/.test(written))
    throw new ApiError(
      400,
      `API Version String ${written} is of invalid format. Must be of format MajorNum.MinorNum.`,
    );
  throw new ApiError(
    406,
    `Version ${written} is not supported by the API. Minimum is 2.1 and maximum is 2.${NEWEST_MINOR}.`,
  );
}

/** Of every answer of Nova. @throws ApiError 400, 406 */
export function microversionHeaders(call: Pick<Call, 'header'>): Readonly<Record<string, string>> {
  const version = `2.${minorOf(call)}`;
  return {
    'OpenStack-API-Version': `compute ${version}`,
    'X-OpenStack-Nova-API-Version': version,
    Vary: 'OpenStack-API-Version, X-OpenStack-Nova-API-Version',
  };
}
