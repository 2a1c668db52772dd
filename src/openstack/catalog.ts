/** Where a service is: Keystone's catalog, read for one region and interface. */
import type { CloudSettings } from './cloud-settings.ts';

/** As in a token of Keystone v3. */
export interface CatalogEntry {
  readonly type: string;
  readonly name?: string;
  readonly endpoints: readonly CatalogEndpoint[];
}

export interface CatalogEndpoint {
  readonly interface: string;
  readonly region_id: string | null;
  readonly url: string;
}

/** Types that a service may have in the catalog, the official one first (service-types-authority). */
const aliases: Readonly<Record<string, readonly string[]>> = {
  'block-storage': ['block-storage', 'volumev3', 'block-store'],
  'load-balancer': ['load-balancer', 'loadbalancer'],
  workflow: ['workflow', 'workflowv2'],
};

type Chosen = Pick<CloudSettings, 'region' | 'interface' | 'endpointOverrides'>;

/** A URL without a slash at its end, or why there is none. */
export function findEndpoint(
  catalog: readonly CatalogEntry[],
  type: string,
  { region, interface: wanted, endpointOverrides }: Chosen,
): { readonly url: string } | { readonly missing: string } {
  const override = endpointOverrides[type];
  if (override !== undefined) return { url: trimmed(override) };
  const names = aliases[type] ?? [type];
  const entries = names.flatMap((name) => catalog.filter((entry) => entry.type === name));
  if (entries.length === 0)
    return { missing: `the catalog of the cloud has no service of type ${type}${listed(catalog)}` };
  const endpoints = entries.flatMap((entry) => entry.endpoints);
  const inRegion = region === null ? endpoints : endpoints.filter(({ region_id }) => region_id === region);
  const found = inRegion.find((endpoint) => endpoint.interface === wanted);
  if (found !== undefined) return { url: trimmed(found.url) };
  const there = endpoints.map((endpoint) => `${endpoint.interface} in ${endpoint.region_id ?? 'no region'}`);
  return {
    missing: `${type} has no ${wanted} endpoint${region === null ? '' : ` in region ${region}`} (there is ${there.join(', ')})`,
  };
}

/** The regions in which the catalog has a service, in its order. */
export function regionsWith(
  catalog: readonly CatalogEntry[],
  type: string,
  wanted: CloudSettings['interface'],
): string[] {
  const names = aliases[type] ?? [type];
  const endpoints = catalog.flatMap((entry) => (names.includes(entry.type) ? entry.endpoints : []));
  const there = endpoints.filter((endpoint) => endpoint.interface === wanted);
  return [...new Set(there.flatMap(({ region_id: region }) => region ?? []))];
}

function listed(catalog: readonly CatalogEntry[]): string {
  const types = catalog.map(({ type }) => type);
  return types.length === 0
    ? ', and is empty: is the token scoped to a project?'
    : ` (it has ${types.join(', ')})`;
}

function trimmed(url: string): string {
  return url.replace(/\/+$/, '');
}

/** An endpoint with its API version: catalogs have `http://HOST:9696` and `http://HOST:9696/v2.0` alike. */
export function withVersion(url: string, version: string): string {
  return /\/v\d+(\.\d+)?(\/|$)/.test(new URL(url).pathname) ? url : `${url}/${version}`;
}
