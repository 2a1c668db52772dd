/**
 * What nodes share and fail with: an availability zone, a host, or whatever a key of their metadata says (a
 * rack, a power feed).
 */
export type FailureDomain =
  | { readonly kind: LocatedDomain }
  /** The value of this key in the metadata of the node. */
  | { readonly kind: 'LABEL'; readonly label: string };

/** Those that the profile type knows of its nodes. */
export const locatedDomains = ['ZONE', 'HOST'] as const;
export type LocatedDomain = (typeof locatedDomains)[number];

/** Domains in which a node is not to be created again. */
export interface Elsewhere {
  readonly domain: FailureDomain;
  /** Those that have an outage, that of the node first. */
  readonly avoid: readonly string[];
  /** The only ones that the policies of the cluster allow; absent: any other one. */
  readonly allowed?: readonly string[];
}

/** `zone`, `host`, or the label */
export function domainNoun(domain: FailureDomain): string {
  return domain.kind === 'LABEL' ? domain.label : domain.kind.toLowerCase();
}

/** `zone az1`, `host compute1`, `rack r7` */
export function domainInWords(domain: FailureDomain, name: string): string {
  return `${domainNoun(domain)} ${name}`;
}

export function isSameDomain(one: FailureDomain, other: FailureDomain): boolean {
  return one.kind === other.kind && domainNoun(one) === domainNoun(other);
}
