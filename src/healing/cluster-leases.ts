/**
 * The clusters that this process observes and plans. Another process that has the role health may work on the
 * same database: each cluster is leased by one of them, under the id of the process in the membership.
 *
 *     claim: what is free becomes ours, with an epoch
 *         -> write: refused when the lease is another's or of an older epoch; then the cluster is lost
 *
 * The first process leases everything that is free; the others stand by until it is gone.
 */
import {
  fenceCluster,
  freeClusters,
  leaseClusters,
  leasesOfOwner,
  releaseClusters,
  StaleLease,
} from '../store/cluster-leases.ts';
import type { Store, Tx } from '../store/store.ts';

export interface ClusterLeasesOptions {
  readonly store: Store;
  /** The id of this process in the membership. */
  readonly owner: string;
  /** A write was refused: another process has the cluster. */
  readonly onLost: (clusterId: string) => void;
}

export class ClusterLeases {
  readonly #options: ClusterLeasesOptions;
  #epochs: ReadonlyMap<string, number> = new Map();

  constructor(options: ClusterLeasesOptions) {
    this.#options = options;
  }

  /** Leases those of these clusters that are free. @returns all clusters that are ours. */
  async claim(clusterIds: readonly string[]): Promise<ReadonlySet<string>> {
    const { store, owner } = this.#options;
    const free = await freeClusters(store.db, clusterIds);
    if (free.length > 0) await store.write((tx) => leaseClusters(tx, owner, free));
    this.#epochs = await leasesOfOwner(store.db, owner);
    return new Set(this.#epochs.keys());
  }

  /** One transaction under the lease of a cluster; undefined: refused, and nothing was written. */
  async write<T>(clusterId: string, work: (tx: Tx) => Promise<T>): Promise<T | undefined> {
    const { store, owner, onLost } = this.#options;
    const epoch = this.#epochs.get(clusterId);
    try {
      return await store.write(async (tx) => {
        await fenceCluster(tx, clusterId, owner, epoch);
        return await work(tx);
      });
    } catch (error) {
      if (!(error instanceof StaleLease)) throw error;
      onLost(clusterId);
      return undefined;
    }
  }

  async release(): Promise<void> {
    const { store, owner } = this.#options;
    await store.write((tx) => releaseClusters(tx, owner));
  }
}
