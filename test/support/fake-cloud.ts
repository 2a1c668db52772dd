/**
 * A profile type whose nodes exist in memory, can be broken, and whose operations can be made to fail: a
 * fake, not a mock.
 */
import { CoppiceError } from '../../src/domain/errors.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import type {
  NodeFacts,
  OperationRequest,
  PhysicalNode,
  ProfileType,
} from '../../src/profiles/profile-type.ts';

export interface FakeServer {
  readonly nodeId: string;
  readonly key: string;
  verdict: Verdict;
}

const healthy: Verdict = { health: 'healthy', reason: 'runs' };

export class FakeCloud {
  /** By physical id. */
  readonly servers = new Map<string, FakeServer>();
  /** `create web-1`, `reboot web-1`, ... in order. */
  readonly calls: string[] = [];
  /** Called with each server that is made. */
  made: (node: NodeFacts, server: FakeServer) => void = () => {};
  /** What the next call of this text fails with. */
  readonly failures = new Map<string, CoppiceError>();
  readonly type: ProfileType = this.#profileType();

  break(
    nodeId: string,
    verdict: Verdict = { health: 'unhealthy', failure: 'SERVER_ERROR', reason: 'broken' },
  ): void {
    for (const server of this.servers.values()) if (server.nodeId === nodeId) server.verdict = verdict;
  }

  fail(call: string, error = new CoppiceError('operation-failed', `${call} went wrong`)): void {
    this.failures.set(call, error);
  }

  #called(what: string, node: NodeFacts): void {
    const call = `${what} ${node.name}`;
    this.calls.push(call);
    const failure = this.failures.get(call);
    this.failures.delete(call);
    if (failure !== undefined) throw failure;
  }

  #make(node: NodeFacts, { key }: OperationRequest): PhysicalNode {
    const physicalId = `server-${key}`;
    if (!this.servers.has(physicalId))
      this.servers.set(physicalId, { nodeId: node.id, key, verdict: healthy });
    const server = this.servers.get(physicalId);
    if (server !== undefined) this.made(node, server);
    return { physicalId, data: { key } };
  }

  #repair(node: NodeFacts): PhysicalNode {
    const server = this.servers.get(node.physicalId ?? '');
    if (server === undefined)
      throw new CoppiceError('operation-impossible', `There is no server of ${node.name}.`);
    server.verdict = healthy;
    return { physicalId: node.physicalId ?? '', data: node.data };
  }

  #operation(name: string): ProfileType['operations'][string] {
    return {
      description: name,
      parameters: {
        type: { description: 'type', required: false, type: 'String', allowed: ['SOFT', 'HARD'] },
      },
      run: async (node) => {
        this.#called(name, node);
        return this.#repair(node);
      },
    };
  }

  #profileType(): ProfileType {
    return {
      name: 'test.node',
      version: '1.0',
      noun: 'server',
      supportStatus: [{ status: 'SUPPORTED', since: '2026.11' }],
      fields: {},
      operations: { reboot: this.#operation('reboot'), rebuild: this.#operation('rebuild') },
      detectionModes: ['NODE_STATUS_POLLING', 'NODE_STATUS_POLL_URL'],
      check: (properties) => ({ ok: true, properties: (properties ?? {}) as JsonObject }),
      create: async (node, request) => {
        this.#called('create', node);
        return this.#make(node, request);
      },
      remove: async (node) => {
        this.#called('remove', node);
        this.servers.delete(node.physicalId ?? '');
      },
      probe: async (node) =>
        this.servers.get(node.physicalId ?? '')?.verdict ?? {
          health: 'unhealthy',
          failure: 'SERVER_DELETED',
          reason: 'there is no such server',
        },
      details: async (node) => ({ server: node.physicalId }),
      endpoint: () => ({}),
      endpointParts: () => [],
    };
  }
}
