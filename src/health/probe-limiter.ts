/**
 * How many attempts run at once: over all, and for one cluster. Clusters that wait take turns, so that a
 * large one does not keep the small ones waiting.
 *
 * A node that hung the last time takes a *slow* place, of which there are half as many: however many nodes
 * hang, the other half of the places turns over quickly, and those who answer are probed on time. Nothing
 * waits for a dead node but dead nodes.
 */

export interface ProbeLimits {
  readonly total: number;
  readonly perCluster: number;
}

/**
 * A hanging probe costs a socket and some 20 kB; a cluster that is down altogether must leave places for the
 * others.
 */
export const defaultProbeLimits: ProbeLimits = { total: 512, perCluster: 256 };

export interface ProbePermit {
  readonly clusterId: string;
  readonly slow: boolean;
}

interface Waiting extends ProbePermit {
  readonly grant: () => void;
}

interface Cluster {
  readonly id: string;
  inUse: number;
  slowInUse: number;
  readonly quick: Waiting[];
  readonly slow: Waiting[];
}

export class ProbeLimiter {
  readonly #limits: ProbeLimits;
  readonly #clusters = new Map<string, Cluster>();
  /** Clusters in which someone waits, in turn. */
  readonly #waitingClusters = new Set<Cluster>();
  #inUse = 0;
  #slowInUse = 0;

  constructor(limits: ProbeLimits = defaultProbeLimits) {
    this.#limits = limits;
  }

  get inUse(): number {
    return this.#inUse;
  }

  /** Null if the place was free at once, which spares the usual case a turn of the event loop. */
  acquire(permit: ProbePermit): Promise<void> | null {
    const cluster = this.#cluster(permit.clusterId);
    if (this.#isFree(cluster, permit.slow)) {
      this.#count(cluster, permit.slow, 1);
      return null;
    }
    return new Promise((grant) => {
      cluster[permit.slow ? 'slow' : 'quick'].push({ ...permit, grant });
      this.#waitingClusters.add(cluster);
    });
  }

  release(permit: ProbePermit): void {
    const cluster = this.#cluster(permit.clusterId);
    this.#count(cluster, permit.slow, -1);
    for (const next of this.#waitingClusters) {
      if (this.#inUse >= this.#limits.total) break;
      this.#grantOne(next);
    }
    if (cluster.inUse === 0 && !this.#waitingClusters.has(cluster)) this.#clusters.delete(cluster.id);
  }

  #grantOne(cluster: Cluster): void {
    const lane = [cluster.quick, cluster.slow].find((one) => {
      const first = one[0];
      return first !== undefined && this.#isFree(cluster, first.slow);
    });
    const waiting = lane?.shift();
    if (waiting === undefined) return;
    // To the back of the turns; or out of them. A Set walks what is added while it is walked, so a cluster
    // may get several in a row.
    this.#waitingClusters.delete(cluster);
    if (cluster.quick.length + cluster.slow.length > 0) this.#waitingClusters.add(cluster);
    this.#count(cluster, waiting.slow, 1);
    waiting.grant();
  }

  #isFree(cluster: Cluster, slow: boolean): boolean {
    const { total, perCluster } = this.#limits;
    if (this.#inUse >= total || cluster.inUse >= perCluster) return false;
    return !slow || (this.#slowInUse < half(total) && cluster.slowInUse < half(perCluster));
  }

  #count(cluster: Cluster, slow: boolean, change: 1 | -1): void {
    cluster.inUse += change;
    this.#inUse += change;
    if (!slow) return;
    cluster.slowInUse += change;
    this.#slowInUse += change;
  }

  #cluster(id: string): Cluster {
    const known = this.#clusters.get(id);
    if (known !== undefined) return known;
    const cluster: Cluster = { id, inUse: 0, slowInUse: 0, quick: [], slow: [] };
    this.#clusters.set(id, cluster);
    return cluster;
  }
}

function half(limit: number): number {
  return Math.max(1, Math.floor(limit / 2));
}
