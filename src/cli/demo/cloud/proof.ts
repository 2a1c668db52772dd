/**
 * What must be true at the end of the demo by the cloud's own log of changes and list of servers: Coppice is
 * not its own witness.
 */
import { overlappingMutations } from '../../../cloud-simulator/mutation-log.ts';
import type { Mutation } from '../../../cloud-simulator/mutation-log.ts';
import { stepsOf } from '../records.ts';
import type { Proof, Records } from '../story.ts';
import type { CloudServer } from './simulator.ts';

export interface CloudEvidence extends Records {
  readonly mutations: readonly Mutation[];
  readonly servers: readonly CloudServer[];
}

export function proveCloud(evidence: CloudEvidence): Proof {
  const { mutations, nodes } = evidence;
  const count = (name: string): number => mutations.filter(({ operation }) => operation === name).length;
  return {
    problems: [
      ...overlappingMutations(mutations),
      ...notEnded(evidence),
      ...doneTooOften(evidence),
      ...serversLeftOver(evidence),
    ],
    proven: [
      `by the cloud's own log of changes, ${count('create')} servers were created, ${count('rebuild')} rebuilt and ${count('evacuate')} evacuated: each as often as a step says, and none was changed twice at once`,
      `the cloud has ${nodes.length} servers, one for each node: none is left over`,
    ],
  };
}

function notEnded({ mutations }: CloudEvidence): string[] {
  return mutations
    .filter(({ ended_at: ended }) => ended === null)
    .map(({ operation, server_id: id }) => `${operation} of server ${id} has not ended`);
}

/** Of each node, which steps change its server, and in what way. */
const stepsFor: Readonly<Record<string, readonly string[]>> = {
  create: ['RECREATE'],
  rebuild: ['REBUILD'],
  evacuate: ['EVACUATE'],
};

/** A server is of the node that its creation named. */
function doneTooOften({ mutations, ...records }: CloudEvidence): string[] {
  const nodeOf = new Map(
    mutations.flatMap(({ server_id: id, metadata }) =>
      metadata === undefined ? [] : [[id, metadata['cluster_node_id']] as const],
    ),
  );
  const operations = new Set([...Object.keys(stepsFor), ...mutations.map(({ operation }) => operation)]);
  return records.nodes.flatMap(({ id, name }) => {
    const own = mutations.filter(({ server_id: server }) => nodeOf.get(server) === id);
    return [...operations].flatMap((operation) => {
      const found = own.filter((mutation) => mutation.operation === operation).length;
      const steps = stepsOf(records, name, new Set(stepsFor[operation] ?? []));
      const expected = operation === 'create' ? 1 + steps : steps;
      return found === expected
        ? []
        : [`${name}: the cloud's log has ${operation} ${found} times, and ${expected} times was right`];
    });
  });
}

function serversLeftOver({ servers, nodes }: CloudEvidence): string[] {
  const known = new Set(nodes.map(({ physicalId }) => physicalId));
  const there = new Set(servers.map(({ id }) => id));
  return [
    ...servers
      .filter(({ id }) => !known.has(id))
      .map(({ id, name }) => `server ${id} (${name}) is left over: no node has it`),
    ...nodes
      .filter(({ physicalId }) => physicalId === null || !there.has(physicalId))
      .map(({ name, physicalId }) => `${name}: the cloud has no server ${physicalId ?? 'of it'}`),
  ];
}
