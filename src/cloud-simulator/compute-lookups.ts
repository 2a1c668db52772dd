/** What clients of Nova look up before they create a server: flavors, keys, server groups. */
import { createHash } from 'node:crypto';
import type { JsonObject } from '../domain/json.ts';
import { SimulatorError, notFoundError } from './api-error.ts';
import { forAdmin, minorOf, ok, refuseOther, type ComputeTools } from './compute-call.ts';
import { describeFlavor, linksOf } from './compute-shapes.ts';
import { endpoint, member, page, textIn, type SimulatorCall, type SimulatorEndpoint } from './endpoint.ts';
import type { Flavor } from './flavors.ts';
import type { SimulatedServerGroup } from './server-groups.ts';
import { newKey, type NewKey } from './new-key.ts';
import type { Keypair } from './world.ts';

/** By default each name is there; in a strict cloud what was made. */
export function lookupEndpoints(tools: ComputeTools): SimulatorEndpoint[] {
  return [...flavors(tools), ...keypairs(tools), ...serverGroups(tools)];
}

function flavors({ world, computeUrl }: ComputeTools): SimulatorEndpoint[] {
  const known = (call: SimulatorCall): Flavor => {
    const id = call.params['id'] ?? '';
    if (world.settings.strict && !world.flavors.has(id)) throw notFoundError('Flavor', id);
    return world.flavors.get(id);
  };
  const shape = (call: SimulatorCall) => ({ minor: minorOf(call), computeUrl: computeUrl() });
  const list = (call: SimulatorCall, path: string, describe: (flavor: Flavor) => JsonObject) => {
    refuseOther(call, 'limit marker is_public minRam minDisk sort_key sort_dir');
    const { minRam = '0', minDisk = '0', is_public: isPublic } = call.query;
    // All are public.
    const isNone = call.isAdmin && isPublic?.toLowerCase() === 'false';
    const wanted = ({ ram, disk }: Flavor) => !isNone && ram >= Number(minRam) && disk >= Number(minDisk);
    const { items, hasMore } = page(world.flavors.all.filter(wanted), call.query);
    const next = new URLSearchParams({ ...call.query, marker: items.at(-1)?.id ?? '' });
    const links = [{ rel: 'next', href: `${computeUrl()}/v2.1${path}?${next.toString()}` }];
    const isLimited = call.query['limit'] !== undefined && items.length > 0;
    return ok({
      flavors: items.map(describe),
      ...(hasMore || isLimited ? { flavors_links: links } : {}),
    });
  };
  return [
    endpoint('GET /v2.1/flavors', 'flavors', (call) =>
      list(call, '/flavors', ({ id }) => ({
        id,
        name: id,
        links: linksOf(computeUrl(), id, 'flavors'),
        ...(minorOf(call) >= 55 ? { description: null } : {}),
      })),
    ),
    endpoint('GET /v2.1/flavors/detail', 'flavors', (call) =>
      list(call, '/flavors/detail', (flavor) => describeFlavor(flavor, shape(call))),
    ),
    endpoint('POST /v2.1/flavors', 'flavors', (call) => {
      forAdmin(call, 'os_compute_api:os-flavor-manage:create');
      const asked = member(call.body, 'flavor');
      const id = textIn(asked, 'name') ?? '';
      world.flavors.add({
        id,
        vcpus: Number(asked['vcpus'] ?? 1),
        ram: Number(asked['ram'] ?? 0),
        disk: Number(asked['disk'] ?? 0),
      });
      return ok({ flavor: describeFlavor(world.flavors.get(id), shape(call)) });
    }),
    endpoint('GET /v2.1/flavors/:id', 'flavors', (call) =>
      ok({ flavor: describeFlavor(known(call), shape(call)) }),
    ),
    endpoint('DELETE /v2.1/flavors/:id', 'flavors', (call) => {
      forAdmin(call, 'os_compute_api:os-flavor-manage:delete');
      world.flavors.remove(known(call).id);
      return { status: 202 };
    }),
    endpoint('GET /v2.1/flavors/:id/os-extra_specs', 'flavors', (call) => {
      known(call);
      return ok({ extra_specs: {} });
    }),
  ];
}

function keypairs({ world }: ComputeTools): SimulatorEndpoint[] {
  const ownOf = ({ token }: SimulatorCall): Map<string, Keypair> =>
    world.keypairs.get(token.user.id) ?? new Map();
  const found = (call: SimulatorCall): Keypair => {
    const name = call.params['name'] ?? '';
    const keypair = ownOf(call).get(name);
    if (keypair !== undefined) return keypair;
    if (!world.settings.strict) return { name, publicKey: '', createdAt: world.clock.now() };
    throw new SimulatorError(404, `Keypair ${name} not found for user ${call.token.user.id}`);
  };
  return [
    endpoint('GET /v2.1/os-keypairs', 'keypairs', (call) => {
      refuseOther(call, 'user_id limit marker');
      const own = [...ownOf(call).values()].map((one) => ({ ...describeKeypair(one), id: one.name }));
      const { items } = page(own, call.query);
      return ok({ keypairs: items.map(({ id: _id, ...keypair }) => ({ keypair })) });
    }),
    endpoint('POST /v2.1/os-keypairs', 'keypair', (call) => {
      const asked = member(call.body, 'keypair');
      const name = textIn(asked, 'name') ?? '';
      const own = ownOf(call);
      if (own.has(name)) throw new SimulatorError(409, `Key pair '${name}' already exists.`);
      const given = textIn(asked, 'public_key');
      // From 2.92 on Nova makes none.
      if (given === undefined && minorOf(call) >= 92)
        throw new SimulatorError(
          400,
          "Invalid input for field/attribute keypair. 'public_key' is a required property",
        );
      const made: NewKey = given === undefined ? newKey() : { publicKey: given };
      const keypair = { name, publicKey: made.publicKey, createdAt: world.clock.now() };
      world.keypairs.set(call.token.user.id, own.set(name, keypair));
      const secret = made.privateKey === undefined ? {} : { private_key: made.privateKey };
      const body = { keypair: { ...describeKeypair(keypair), ...secret, user_id: call.token.user.id } };
      return { status: 201, body };
    }),
    endpoint('GET /v2.1/os-keypairs/:name', 'keypairs', (call) => {
      const keypair = found(call);
      return ok({
        keypair: {
          ...describeKeypair(keypair),
          user_id: call.token.user.id,
          created_at: `${new Date(keypair.createdAt).toISOString().slice(0, 23)}000`,
          deleted: false,
          deleted_at: null,
          id: 1,
          updated_at: null,
        },
      });
    }),
    endpoint('DELETE /v2.1/os-keypairs/:name', 'keypair', (call) => {
      ownOf(call).delete(found(call).name);
      return { status: 204 };
    }),
  ];
}

function describeKeypair({ name, publicKey }: Keypair): JsonObject {
  const digest = createHash('md5').update(publicKey).digest('hex');
  return {
    name,
    public_key: publicKey,
    fingerprint: (digest.match(/../g) ?? []).join(':'),
    type: 'ssh',
  };
}

const policies = ['anti-affinity', 'affinity', 'soft-anti-affinity', 'soft-affinity'];

function serverGroups({ world: { groups } }: ComputeTools): SimulatorEndpoint[] {
  const found = ({ params }: SimulatorCall): SimulatedServerGroup => {
    const group = groups.get(params['id'] ?? '');
    if (group === undefined)
      throw new SimulatorError(404, `Instance group ${params['id']} could not be found.`);
    return group;
  };
  const describe = (group: SimulatedServerGroup, call: SimulatorCall): JsonObject => ({
    ...describeGroup(group, minorOf(call)),
    members: groups.membersOf(group).map(({ id }) => id),
  });
  return [
    endpoint('GET /v2.1/os-server-groups', 'server-groups', (call) => {
      const own = groups.all.filter(({ projectId }) => projectId === call.projectId);
      refuseOther(call, 'all_projects limit offset');
      const offset = Number(call.query['offset'] ?? 0);
      const limit = Math.min(Number(call.query['limit'] ?? LIMIT), LIMIT);
      const shown = own.slice(offset, offset + limit);
      return ok({ server_groups: shown.map((group) => describe(group, call)) });
    }),
    endpoint('POST /v2.1/os-server-groups', 'server-group', (call) => {
      const asked = member(call.body, 'server_group');
      const policy = textIn(asked, 'policy');
      if (policy !== undefined && !policies.includes(policy))
        throw new SimulatorError(
          400,
          `Invalid input for field/attribute policy. Value: ${policy}. '${policy}' is not one of ${list(policies)}`,
        );
      const owner = { projectId: call.projectId, userId: call.token.user.id };
      return ok({ server_group: describe(groups.add(asked, owner), call) });
    }),
    endpoint('GET /v2.1/os-server-groups/:id', 'server-groups', (call) =>
      ok({ server_group: describe(found(call), call) }),
    ),
    endpoint('DELETE /v2.1/os-server-groups/:id', 'server-group', (call) => {
      groups.delete(found(call).id);
      return { status: 204 };
    }),
  ];
}

/** Nova's `max_limit`. */
const LIMIT = 1000;

function list(items: readonly string[]): string {
  return `[${items.map((item) => `'${item}'`).join(', ')}]`;
}

function describeGroup(
  { id, name, policy, projectId, userId }: SimulatedServerGroup,
  minor: number,
): JsonObject {
  return {
    id,
    name,
    ...(minor >= 64 ? { policy, rules: {} } : { policies: [policy], metadata: {} }),
    project_id: projectId,
    user_id: userId,
  };
}
