/**
 * Which versions of the API there are. OpenStack's clients request this first, and take the URL of the `self`
 * link.
 */
import { z } from 'zod';
import { NEWEST_MINOR } from '../microversion.ts';
import { route, type Route } from '../route.ts';
import { text } from '../shapes/common.ts';

const versionShape = z
  .strictObject({
    id: text,
    links: z.array(z.strictObject({ href: text, rel: text })),
    max_version: text,
    'media-types': z.array(z.strictObject({ base: text, type: text })),
    min_version: text,
    status: text,
    updated: text,
  })
  .meta({ id: 'Version' });

/** @param self URL of the version; Senlin doubles its path in the answer of `/v1`, and so do we. */
function version(self: string): z.infer<typeof versionShape> {
  return {
    id: '1.0',
    links: [
      { href: self, rel: 'self' },
      { href: 'https://docs.openstack.org/api-ref/clustering', rel: 'help' },
    ],
    max_version: `1.${NEWEST_MINOR}`,
    'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.clustering-v1+json' }],
    min_version: '1.0',
    status: 'CURRENT',
    updated: '2016-01-18T00:00:00Z',
  };
}

function allVersions(path: string): Route {
  return route({
    method: 'GET',
    path,
    summary: 'List the versions of the API',
    tag: 'Versions',
    answers: {
      300: { description: 'The versions.', schema: z.strictObject({ versions: z.array(versionShape) }) },
    },
    handle: ({ origin }) => Promise.resolve({ status: 300, body: { versions: [version(`${origin}/v1`)] } }),
  });
}

function oneVersion(path: string): Route {
  return route({
    method: 'GET',
    path,
    summary: 'Show version 1 of the API',
    tag: 'Versions',
    answers: { 200: { description: 'The version.', schema: z.strictObject({ version: versionShape }) } },
    handle: ({ origin }) => Promise.resolve({ status: 200, body: { version: version(`${origin}/v1/v1`) } }),
  });
}

export const versionRoutes: Route[] = [
  allVersions('/'),
  allVersions('/versions'),
  oneVersion('/v1'),
  oneVersion('/v1/'),
];
