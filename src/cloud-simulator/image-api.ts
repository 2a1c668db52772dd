/** Glance's API: images are looked up; any is there unless the cloud is strict. */
import { utcSeconds } from '../domain/time-text.ts';
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';
import { SimulatorError } from './api-error.ts';
import { endpoint, page, shown, textIn, type SimulatorCall, type SimulatorEndpoint } from './endpoint.ts';
import { fitsInGlance } from './list-filters.ts';
import { hashOf } from './identity.ts';
import { isUuid, uuidOf } from './network.ts';
import type { SimulatedImage, World } from './world.ts';

export function imageEndpoints(world: World, baseUrl: () => string): readonly SimulatorEndpoint[] {
  const url = () => `${baseUrl()}/image`;
  const found = (call: SimulatorCall): SimulatedImage => {
    const image = find(world, call.params['id'] ?? '');
    if (image === undefined || !isSeen(image, call))
      throw new SimulatorError(404, `No image found with ID ${call.params['id']}`);
    return image;
  };
  return [
    ...versions(url),
    endpoint('GET /v2/images', 'list', (call) => {
      const name = call.query['name'] === undefined ? undefined : nameIn(call.query['name']);
      if (name !== undefined) findByName(world, name);
      const listed = [...world.images.values()]
        .toReversed()
        .filter((image) => isSeen(image, call) && fitsInGlance(describe(image, world), call.query));
      const { items, hasMore } = page(listed, call.query);
      const next = new URLSearchParams({ ...call.query, marker: items.at(-1)?.id ?? '' });
      const isFull = hasMore || items.length === Number(call.query['limit']);
      return {
        status: 200,
        body: {
          images: items.map((image) => describe(image, world)),
          first: call.path,
          schema: '/v2/schemas/images',
          ...(isFull && items.length > 0 ? { next: `/v2/images?${next.toString()}` } : {}),
        },
      };
    }),
    endpoint('POST /v2/images', 'create', ({ body, projectId }) => {
      const id = textIn(body, 'id');
      if (id !== undefined && world.images.has(id))
        throw new SimulatorError(409, `Image ID ${id} already exists!`);
      const own = id === undefined ? {} : { id };
      const image = world.addImage(textIn(body, 'name') ?? '', { owner: projectId, isQueued: true, ...own });
      const headers = { Location: `${url()}/v2/images/${image.id}` };
      return { status: 201, body: describe(image, world), headers };
    }),
    endpoint('GET /v2/images/:id', 'show', (call) => ({ status: 200, body: describe(found(call), world) })),
    endpoint('PATCH /v2/images/:id', 'update', (call) => {
      const image = found(call);
      if (!call.isAdmin && image.owner !== call.projectId)
        throw new SimulatorError(403, 'You do not own this image');
      const changed = call.list.reduce(patched, image);
      world.putImage(changed);
      return { status: 200, body: describe(changed, world) };
    }),
    endpoint('DELETE /v2/images/:id', 'delete', (call) => {
      const image = world.images.get(call.params['id'] ?? '');
      if (image === undefined || !isSeen(image, call))
        throw new SimulatorError(404, `Failed to find image ${call.params['id']} to delete`);
      if (!call.isAdmin && image.owner !== call.projectId)
        throw new SimulatorError(403, 'You do not own this image');
      world.images.delete(image.id);
      return { status: 204 };
    }),
  ];
}

function versions(url: () => string): SimulatorEndpoint[] {
  const version = (id: string, status: string) => ({
    id,
    status,
    links: [{ rel: 'self', href: `${url()}/v2/` }],
  });
  const body = (): JsonObject => ({ versions: [version('v2.15', 'CURRENT'), version('v2.9', 'SUPPORTED')] });
  return [
    endpoint('GET /', 'version', () => ({ status: 300, body: body() }), { isOpen: true }),
    endpoint('GET /versions', 'version', () => ({ status: 200, body: body() }), { isOpen: true }),
  ];
}

function isSeen({ owner }: SimulatedImage, { isAdmin, projectId }: SimulatorCall): boolean {
  return owner === null || isAdmin || owner === projectId;
}

function find(world: World, id: string): SimulatedImage | undefined {
  const known = world.images.get(id);
  if (known !== undefined || world.settings.strict || !isUuid(id)) return known;
  return world.addImage(id, { id });
}

function findByName(world: World, name: string): void {
  const isKnown = [...world.images.values()].some((image) => image.name === name);
  if (!isKnown && !world.settings.strict) world.addImage(name, { id: uuidOf(`image ${name}`) });
}

/** `in:"name"` is Glance's way to ask for a name with a comma. */
function nameIn(query: string): string {
  return /^in:"(.*)"$/.exec(query)?.[1]?.replaceAll('\\"', '"') ?? query.replace(/^in:/, '');
}

/** Its name, or a property that users have added. @throws SimulatorError 409 */
function patched(image: SimulatedImage, change: Json): SimulatedImage {
  if (!isJsonObject(change)) throw new SimulatorError(400, 'Operations must be JSON objects.');
  const key = textIn(change, 'path')?.slice(1) ?? '';
  const { op, value = null } = change;
  if (key === 'name') return { ...image, name: shown(value) };
  const { [key]: before, ...others } = image.properties;
  if (op !== 'add' && before === undefined) throw new SimulatorError(409, `Property ${key} does not exist.`);
  return { ...image, properties: op === 'remove' ? others : { ...others, [key]: value } };
}

/** Bytes of an image that has some. */
const SIZE = 1088;

function describe(image: SimulatedImage, world: World): JsonObject {
  const { id, name, createdAt, owner, isQueued, snapshotOf } = image;
  const at = utcSeconds(createdAt);
  const digest = hashOf(id);
  return {
    id,
    name,
    status: isQueued ? 'queued' : 'active',
    visibility: owner === null ? 'public' : snapshotOf === null ? 'shared' : 'private',
    protected: false,
    container_format: snapshotOf === null ? 'bare' : null,
    disk_format: snapshotOf === null ? 'raw' : null,
    min_disk: 0,
    min_ram: 0,
    size: isQueued ? null : SIZE,
    virtual_size: isQueued ? null : SIZE,
    checksum: isQueued ? null : digest.slice(0, 32),
    os_hash_algo: isQueued ? null : 'sha512',
    os_hash_value: isQueued ? null : digest + digest,
    os_hidden: false,
    owner: owner ?? world.project.id,
    created_at: at,
    updated_at: at,
    tags: [],
    ...image.properties,
    ...(snapshotOf === null ? {} : describeSnapshot(snapshotOf, owner, world)),
    self: `/v2/images/${id}`,
    file: `/v2/images/${id}/file`,
    schema: '/v2/schemas/image',
  };
}

/** What Nova writes on an image that it makes of a server. */
function describeSnapshot(
  { id, imageId, userId }: NonNullable<SimulatedImage['snapshotOf']>,
  owner: string | null,
  { identity }: World,
): JsonObject {
  const user = identity.users.get(userId);
  return {
    image_type: 'snapshot',
    instance_uuid: id,
    base_image_ref: imageId ?? '',
    user_id: userId,
    owner_user_name: user?.name ?? '',
    owner_project_name: identity.projects.get(owner ?? '')?.name ?? '',
    boot_roles: user?.roles.join(',') ?? '',
  };
}
