/**
 * Probes that still run after their time was over. Their node is not probed in the same way until they end,
 * or each round would leave one more behind; its verdict is `unknown`.
 */
import type { Detector } from './detector.ts';
import type { ModeVerdict } from './probe-node.ts';

export class StuckProbes {
  readonly #keys = new Set<string>();
  readonly #onStuck: () => void;

  constructor(onStuck: () => void) {
    this.#onStuck = onStuck;
  }

  add(nodeId: string, detector: Detector, ended: Promise<unknown>): void {
    const key = keyOf(nodeId, detector);
    this.#keys.add(key);
    this.#onStuck();
    void ended.finally(() => this.#keys.delete(key));
  }

  /** Those that can be asked, and the verdicts in place of those that cannot. */
  sort(
    nodeId: string,
    detectors: readonly Detector[],
  ): { readonly ready: readonly Detector[]; readonly waiting: readonly ModeVerdict[] } {
    if (this.#keys.size === 0) return { ready: detectors, waiting: [] };
    const isStuck = (one: Detector): boolean => this.#keys.has(keyOf(nodeId, one));
    return {
      ready: detectors.filter((one) => !isStuck(one)),
      waiting: detectors.filter(isStuck).map((one) => stillRunning(one)),
    };
  }
}

function stillRunning({ name, mode }: Detector): ModeVerdict {
  const reason = 'could not probe: an earlier probe has still not ended';
  return { detector: name, mode, verdict: { health: 'unknown', reason }, attempts: 0, tookMs: 0 };
}

function keyOf(nodeId: string, { name }: Detector): string {
  return `${name} ${nodeId}`;
}
