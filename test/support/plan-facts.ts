import type { ClusterFacts, MemberFacts } from '../../src/plans/cluster-plan.ts';

export function aMember(name: string, changes: Partial<MemberFacts> = {}): MemberFacts {
  return {
    id: name,
    name,
    index: 1,
    status: 'ACTIVE',
    profileId: 'old',
    profileCreatedAt: 1,
    tainted: false,
    createdAt: 1,
    health: null,
    quarantined: false,
    zone: null,
    region: null,
    ...changes,
  };
}

/** A cluster of `size` nodes web-1, web-2, ... */
export function facts(size: number, changes: Partial<ClusterFacts> = {}): ClusterFacts {
  return {
    id: 'c',
    name: 'web',
    profileId: 'old',
    minSize: 0,
    maxSize: -1,
    mostNodes: 1000,
    desiredCapacity: size,
    members: Array.from({ length: size }, (_, at) => aMember(`web-${at + 1}`, { index: at + 1 })),
    outsiders: [],
    zonesInOutage: [],
    now: 1000,
    ...changes,
  };
}
