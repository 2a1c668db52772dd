/** python-glanceclient's controllers (glanceclient/v2/): images, their members and tags. */
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import {
  type CalledService,
  type ClientMethod,
  clientMethod,
  type MethodArguments,
  type MethodCall,
  MethodFailure,
} from './client-method.ts';
import { onceByKey } from './once.ts';
import {
  isGiven,
  partOf,
  pathOf,
  pick,
  plainText,
  type Query,
  queryOf,
  remove,
  send,
  show,
} from './requests.ts';

const image = '/images/{image_id}';
const PAGE = 200;

/** What says where it is itself is no attribute. */
function imageOf(body: Json): JsonObject {
  if (!isJsonObject(body)) return {};
  const { self: _self, ...attributes } = body;
  return attributes;
}

async function shown(id: Json, service: CalledService): Promise<JsonObject> {
  return imageOf((await service.request({ method: 'GET', path: pathOf(image, { image_id: id }) })).body);
}

const listImages: MethodCall = async (given, service) => {
  const { filters, limit, page_size: size } = given;
  const most = isGiven(limit) ? Number(limit) : Infinity;
  const wanted = {
    ...(isJsonObject(filters) ? filters : {}),
    ...pick(given, ['sort', 'sort_key', 'sort_dir', 'marker']),
  };
  let query: Query = { ...queryOf(wanted), limit: Math.min(isGiven(size) ? Number(size) : PAGE, most) };
  const images: JsonObject[] = [];
  for (;;) {
    const { body } = await service.request({ method: 'GET', path: '/images', query });
    const page = partOf(body, 'images');
    images.push(...(Array.isArray(page) ? page.map(imageOf) : []));
    const next = partOf(body, 'next');
    if (typeof next !== 'string' || images.length >= most) return images.slice(0, most);
    query = Object.fromEntries(new URL(next, 'http://glance').searchParams);
  }
};

/** With the id of the call, unless it is given one. */
const createImage: MethodCall = onceByKey(
  'id',
  async (service) => await shown(service.key, service),
  async (body, service) => imageOf((await service.request({ method: 'POST', path: '/images', body })).body),
);

/** As a patch of what the image is now. */
const updateImage: MethodCall = async (given, service) => {
  const { image_id: id = null, remove_props: gone, ...changes } = given;
  const before = await shown(id, service);
  const changed = Object.entries(changes).map(([name, value]) => ({
    op: name in before ? 'replace' : 'add',
    path: `/${name}`,
    value,
  }));
  const removed = (Array.isArray(gone) ? gone.map(plainText) : []).filter(
    (name) => name in before && !(name in changes),
  );
  const patch = [...removed.map((name) => ({ op: 'remove', path: `/${name}` })), ...changed];
  const headers = { 'content-type': 'application/openstack-images-v2.1-json-patch' };
  const path = pathOf(image, { image_id: id });
  await service.request({ method: 'PATCH', path, text: JSON.stringify(patch), headers });
  return await shown(id, service);
};

/** Text only: a workflow holds nothing else. */
const upload: MethodCall = async (given, service) => {
  const { image_data: text } = given;
  if (typeof text !== 'string') throw new MethodFailure('image_data: expected a text');
  const headers = { 'content-type': 'application/octet-stream' };
  await service.request({ method: 'PUT', path: pathOf(`${image}/file`, given), text, headers });
  return null;
};

const showImage: MethodCall = async ({ image_id: id = null }, service) => await shown(id, service);

const member = `${image}/members/{member_id}`;
const memberStatus = ({ member_status: status = null }: MethodArguments): JsonObject => ({ status });

export const glanceMethods: readonly ClientMethod[] = [
  clientMethod('images.get(image_id)', 'Shows an image, by its id.', showImage),
  clientMethod(
    'images.list(**kwargs)',
    'Lists the images: `filters` (name, status, visibility, ...), `sort`, `limit`.',
    listImages,
  ),
  clientMethod(
    'images.create(**kwargs)',
    'Creates the record of an image: `name`, `disk_format`, `container_format`, ...',
    createImage,
  ),
  clientMethod(
    'images.update(image_id, remove_props=null, **kwargs)',
    'Changes properties of an image.',
    updateImage,
  ),
  clientMethod('images.delete(image_id)', 'Deletes an image.', remove(image)),
  clientMethod(
    'images.upload(image_id, image_data)',
    'Uploads the data of an image, which are a text.',
    upload,
  ),
  clientMethod(
    'images.deactivate(image_id)',
    'Lets no one download an image.',
    send('POST', `${image}/actions/deactivate`, null),
  ),
  clientMethod(
    'images.reactivate(image_id)',
    'Takes that back.',
    send('POST', `${image}/actions/reactivate`, null),
  ),
  clientMethod(
    'image_members.list(image_id)',
    'The projects with which an image is shared.',
    show(`${image}/members`, 'members'),
  ),
  clientMethod(
    'image_members.create(image_id, member_id)',
    'Shares an image with a project.',
    send('POST', `${image}/members`, ({ member_id: id = null }) => ({ member: id }), null),
  ),
  clientMethod(
    'image_members.update(image_id, member_id, member_status)',
    'Accepts or rejects a shared image.',
    send('PUT', member, memberStatus, null),
  ),
  clientMethod('image_members.delete(image_id, member_id)', 'Shares an image no more.', remove(member)),
  clientMethod(
    'image_tags.update(image_id, tag_value)',
    'Puts a tag on an image.',
    send('PUT', `${image}/tags/{tag_value}`, null),
  ),
  clientMethod(
    'image_tags.delete(image_id, tag_value)',
    'Takes a tag off an image.',
    remove(`${image}/tags/{tag_value}`),
  ),
];
