/** Glance's API: images are looked up; any is there unless the cloud is strict. */
import type { JsonObject } from '../domain/json.ts';
import { ApiError } from './api-error.ts';
import { endpoint, page, text, type Endpoint } from './endpoint.ts';
import { isUuid, uuidOf } from './network.ts';
import type { SimulatedImage, World } from './world.ts';

export function imageEndpoints(world: World, baseUrl: () => string): readonly Endpoint[] {
  const version = () => ({
    id: 'v2.15',
    status: 'CURRENT',
    links: [{ rel: 'self', href: `${baseUrl()}/image/v2/` }],
  });
  return [
    endpoint('GET /', 'version', () => ({ status: 300, body: { versions: [version()] } }), { isOpen: true }),
    endpoint('GET /v2/images', 'list', ({ query }) => {
      const name = query['name'];
      if (name !== undefined) findByName(world, nameIn(name));
      const named = [...world.images.values()].filter(
        (image) => name === undefined || image.name === nameIn(name),
      );
      const { items, hasMore } = page(named, query);
      const last = items.at(-1)?.id;
      return {
        status: 200,
        body: {
          images: items.map(describe),
          first: '/v2/images',
          schema: '/v2/schemas/images',
          ...(hasMore && last !== undefined ? { next: `/v2/images?marker=${last}` } : {}),
        },
      };
    }),
    endpoint('POST /v2/images', 'create', ({ body }) => ({
      status: 201,
      body: describe(world.addImage(text(body, 'name') ?? '')),
    })),
    endpoint('GET /v2/images/:id', 'show', ({ params }) => {
      const image = find(world, params['id'] ?? '');
      if (image === undefined) throw new ApiError(404, `No image found with ID ${params['id']}`);
      return { status: 200, body: describe(image) };
    }),
    endpoint('DELETE /v2/images/:id', 'delete', ({ params }) => {
      if (!world.images.delete(params['id'] ?? ''))
        throw new ApiError(404, `Failed to find image ${params['id']} to delete`);
      return { status: 204 };
    }),
  ];
}

function find(world: World, id: string): SimulatedImage | undefined {
  const known = world.images.get(id);
  if (known !== undefined || world.settings.strict || !isUuid(id)) return known;
  return world.addImage(id, id);
}

function findByName(world: World, name: string): void {
  const isKnown = [...world.images.values()].some((image) => image.name === name);
  if (!isKnown && !world.settings.strict) world.addImage(name, uuidOf(`image ${name}`));
}

/** `in:"name"` is Glance's way to ask for a name with a comma. */
function nameIn(query: string): string {
  return /^in:"(.*)"$/.exec(query)?.[1]?.replaceAll('\\"', '"') ?? query.replace(/^in:/, '');
}

function describe({ id, name, createdAt }: SimulatedImage): JsonObject {
  const at = `${new Date(createdAt).toISOString().slice(0, 19)}Z`;
  return {
    id,
    name,
    status: 'active',
    visibility: 'public',
    protected: false,
    container_format: 'bare',
    disk_format: 'raw',
    min_disk: 1,
    min_ram: 0,
    size: 1,
    virtual_size: 1,
    checksum: null,
    os_hash_algo: null,
    os_hash_value: null,
    os_hidden: false,
    owner: '',
    created_at: at,
    updated_at: at,
    tags: [],
    self: `/v2/images/${id}`,
    file: `/v2/images/${id}/file`,
    schema: '/v2/schemas/image',
  };
}
