/** `POST /v1/nodes/adopt` and `/v1/nodes/adopt-preview`: what exists becomes a node. */
import { z } from 'zod';
import { adoptNode, previewAdoption, type AdoptPreview } from '../../requests/adopt-node.ts';
import { booleanField, mapField, metadataField, nameField, optional, textField } from '../fields.ts';
import { route, type Route } from '../route.ts';
import { specShape } from '../shapes/common.ts';
import { nodeShape, toSingleNodeAnswer } from '../shapes/node.ts';

const tag = 'Nodes';
const SINCE = 7;

const what = {
  identity: textField().describe('The server or stack, as its own API names it.'),
  type: textField().describe('The profile type: `os.nova.server-1.0`.'),
  overrides: optional(mapField()).describe('Properties of the profile that are not taken from what exists.'),
  snapshot: optional(booleanField()).describe('Only false: Coppice takes no snapshot.'),
};

function previewOf(body: {
  readonly identity: string;
  readonly type: string;
  readonly overrides?: AdoptPreview['overrides'] | undefined;
  readonly snapshot?: boolean | undefined;
}): AdoptPreview {
  const { identity, type, overrides = {}, snapshot = false } = body;
  return { identity, type, overrides, snapshot };
}

const preview = route({
  method: 'POST',
  path: '/v1/nodes/adopt-preview',
  summary: 'Show the profile that an existing server or stack would get as a node',
  tag,
  since: SINCE,
  body: z.strictObject(what),
  answers: {
    200: {
      description: 'The spec; also within `node_profile`, as the last Senlin sent it.',
      schema: z.strictObject({
        node_preview: specShape,
        node_profile: z.strictObject({ node_preview: specShape }),
      }),
    },
  },
  async handle({ tools, caller, body }) {
    const spec = { ...(await previewAdoption(tools, caller, previewOf(body))) };
    return { status: 200, body: { node_preview: spec, node_profile: { node_preview: spec } } };
  },
});

const adopt = route({
  method: 'POST',
  path: '/v1/nodes/adopt',
  summary: 'Make a node of an existing server or stack',
  tag,
  since: SINCE,
  body: z.strictObject({
    ...what,
    name: optional(nameField()),
    role: optional(textField()),
    metadata: optional(metadataField()),
  }),
  answers: { 200: { description: 'The node, in no cluster.', schema: z.strictObject({ node: nodeShape }) } },
  async handle({ tools, caller, minor, body }) {
    const { name, role = '', metadata = {} } = body;
    const node = await adoptNode(tools, caller, { ...previewOf(body), name, role, metadata });
    return { status: 200, body: { node: await toSingleNodeAnswer(tools, node, minor) } };
  },
});

export const adoptRoutes: Route[] = [preview, adopt];
