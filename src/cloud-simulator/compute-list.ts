/** `GET /servers`: filters, order and pages, refused as Nova refuses them. */
import { isIP } from 'node:net';
import type { Json, JsonObject } from '../domain/json.ts';
import { isJsonObject } from '../domain/json.ts';
import { SimulatorError } from './api-error.ts';
import { contextOf, forAdmin, minorOf, ok, type ComputeTools } from './compute-call.ts';
import { statusOf, type ShapeContext } from './compute-shapes.ts';
import { page, textsIn, type SimulatorAnswer, type SimulatorCall } from './endpoint.ts';
import { isValue } from './list-filters.ts';
import { powerStates, statuses } from './server-states.ts';
import type { SimulatedServer } from './simulated-server.ts';
import type { World } from './world.ts';

type Filter = (server: SimulatedServer) => boolean;

/** What a user may ask for; Nova ignores those of administrators for other users. */
const keys: ReadonlySet<string> = new Set(
  (
    'limit marker sort_key sort_dir all_tenants deleted changes-since changes-before name ' +
    'status uuid host node project_id tenant_id user_id metadata vm_state tags tags-any ' +
    'not-tags not-tags-any image flavor ip ip6 reservation_id availability_zone config_drive ' +
    'key_name power_state task_state locked description hostname launched_at terminated_at ' +
    'created_at launch_index progress access_ip_v4 access_ip_v6 auto_disk_config display_name ' +
    'display_description root_device_name system_metadata instance_name kernel_id ramdisk_id ' +
    'soft_deleted'
  ).split(' '),
);

const sortable: Readonly<Record<string, (server: SimulatedServer) => string | number>> = {
  created_at: ({ createdAt }) => createdAt,
  updated_at: ({ updatedAt }) => updatedAt,
  display_name: ({ name }) => name,
  uuid: ({ id }) => id,
  vm_state: ({ vmState }) => vmState,
  host: ({ hostName }) => hostName ?? '',
  project_id: ({ projectId }) => projectId,
};

/** @param path with the filters, `/servers` or `/servers/detail`. */
export function listServers(
  call: SimulatorCall,
  tools: ComputeTools,
  path: string,
  describe: (server: SimulatedServer, context: ShapeContext) => JsonObject,
): SimulatorAnswer {
  const { query } = call;
  checkQuery(call);
  const filters = filtersOf(call, tools.world);
  const found = sorted(candidates(call, tools), query).filter((server) =>
    filters.every((fits) => fits(server)),
  );
  const { items, hasMore } = page(found, query, tools.world.settings.page_size);
  const context = { ...contextOf(call, tools), isOne: false };
  const next = new URLSearchParams({ ...query, marker: items.at(-1)?.id ?? '' });
  const href = `${tools.computeUrl()}/v2.1${path}?${next.toString()}`;
  // Nova does not look whether a page that is full is the last one.
  const isFull = hasMore || items.length === Number(query['limit']);
  return ok({
    servers: items.map((server) => describe(server, context)),
    ...(isFull && items.length > 0 ? { servers_links: [{ rel: 'next', href }] } : {}),
  });
}

/** @throws SimulatorError 400, 403 */
function checkQuery(call: SimulatorCall): void {
  const { query } = call;
  const minor = minorOf(call);
  for (const key of Object.keys(query))
    if (minor >= 75 && !keys.has(key) && !key.startsWith('_'))
      throw new SimulatorError(400, `'${key}' does not match any of the regexes: '^_'`);
  const { limit, sort_key: sortKey, 'changes-since': since } = query;
  if (limit !== undefined && !/^\d*$/.test(limit)) throw invalid('limit', limit, "does not match '^[0-9]*$'");
  if (since !== undefined && Number.isNaN(Date.parse(since)))
    throw invalid('changes-since', since, "is not a 'date-time'");
  for (const key of all(sortKey))
    if (sortable[key] === undefined)
      throw invalid('sort_key', key, `is not one of ${Object.keys(sortable).join(', ')}`);
  if (isTrue(query['all_tenants'])) forAdmin(call, 'os_compute_api:servers:index:get_all_tenants');
  for (const status of all(query['status']))
    if (!isStatusOfNova(status) && !call.isAdmin) throw new SimulatorError(400, 'Invalid status value');
}

function invalid(key: string, value: string, why: string): SimulatorError {
  return new SimulatorError(
    400,
    `Invalid input for query parameters ${key}. Value: ${value}. '${value}' ${why}`,
  );
}

function isStatusOfNova(status: string): boolean {
  return [...Object.values(statuses), 'REBOOT', 'HARD_REBOOT', 'REBUILD', 'RESIZE', 'PASSWORD'].includes(
    status.toUpperCase(),
  );
}

/** A key that is given more than once comes as a list. */
function all(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : [value].flat();
}

function isTrue(value: string | undefined): boolean {
  return ['', '1', 'true', 'True'].includes(value ?? 'absent');
}

/** Servers that were deleted are listed where a client asks for changes, or an administrator for them. */
function candidates({ query, isAdmin }: SimulatorCall, { world }: ComputeTools): readonly SimulatedServer[] {
  const { servers } = world;
  if (query['changes-since'] !== undefined) return [...servers.deleted, ...servers.all];
  return isAdmin && isTrue(query['deleted']) ? servers.deleted : servers.all;
}

function sorted(
  servers: readonly SimulatedServer[],
  query: SimulatorCall['query'],
): readonly SimulatedServer[] {
  const by = sortable[all(query['sort_key'])[0] ?? ''];
  if (by === undefined) return servers;
  const direction = all(query['sort_dir'])[0] === 'asc' ? 1 : -1;
  return servers.toSorted((left, right) => (by(left) < by(right) ? -direction : direction));
}

/** What a user may ask for as it is. */
const byValue: Readonly<Record<string, (server: SimulatedServer) => Json>> = {
  vm_state: ({ vmState }) => vmState,
  task_state: ({ taskState }) => taskState,
  power_state: ({ vmState }) => powerStates[vmState],
  user_id: ({ userId }) => userId,
  key_name: ({ keyName }) => keyName,
  availability_zone: ({ zone }) => zone,
  description: ({ description }) => description,
  config_drive: ({ configDrive }) => configDrive !== '',
  locked: ({ isLocked }) => isLocked,
};

function filtersOf(call: SimulatorCall, { network }: World): Filter[] {
  const { query, isAdmin, projectId } = call;
  const filters: Filter[] = [];
  const add = (
    value: string | undefined,
    fits: (server: SimulatedServer, value: string) => boolean,
  ): void => {
    if (value !== undefined) filters.push((server) => fits(server, value));
  };
  if (!isAdmin || !isTrue(query['all_tenants'])) add(projectId, (server, id) => server.projectId === id);
  if (isAdmin) {
    add(query['project_id'] ?? query['tenant_id'], (server, id) => server.projectId === id);
    add(query['node'] ?? query['hostname'], ({ hostName }, host) => hostName === host);
    add(query['host'], ({ hostName }, host) => hostName === host);
    add(query['uuid'], ({ id }, uuid) => id === uuid);
  }
  if (query['name'] !== undefined) {
    const name = patternOf(query['name']);
    filters.push((server) => name.test(server.name));
  }
  const wanted = all(query['status']).map((status) => status.toUpperCase());
  if (wanted.length > 0) filters.push((server) => wanted.includes(statusOf(server)));
  add(query['changes-since'], ({ updatedAt }, since) => updatedAt >= Date.parse(since));
  add(query['metadata'], ({ metadata }, json) =>
    Object.entries(metadataIn(json)).every(([key, value]) => metadata[key] === value),
  );
  add(query['tags'], ({ tags }, list) => list.split(',').every((tag) => tags.includes(tag)));
  add(query['tags-any'], ({ tags }, list) => list.split(',').some((tag) => tags.includes(tag)));
  add(query['not-tags'], ({ tags }, list) => !list.split(',').every((tag) => tags.includes(tag)));
  add(query['image'], ({ imageId }, image) => imageId === image);
  for (const [key, of] of Object.entries(byValue))
    add(query[key], (server, wanted) => isValue(of(server), wanted));
  for (const [key, version] of [
    ['ip', 4],
    ['ip6', 6],
  ] as const)
    if (query[key] !== undefined) {
      const address = patternOf(query[key]);
      add(query[key], ({ id }) =>
        network.portsOf(id).some((port) => isIP(port.address) === version && address.test(port.address)),
      );
    }
  add(query['flavor'], ({ flavor }, id) => flavor === id);
  return filters;
}

/** @throws SimulatorError 400 */
function metadataIn(text: string): Record<string, string> {
  try {
    const value = JSON.parse(text) as Json;
    return isJsonObject(value) ? textsIn(value) : {};
  } catch {
    throw new SimulatorError(400, 'Invalid filter metadata: it is not JSON');
  }
}

/** @throws SimulatorError 400 */
function patternOf(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    throw new SimulatorError(400, `Invalid filters: the name ${text} is not a regular expression`);
  }
}
