/**
 * Probes that went on after their time was over. Their node is not asked the same again until they end, or each round would leave one
 * more behind; what cannot be asked is `unknown`.
 */
import type { DetectionModeType, Detector } from './detector.ts';
import type { ModeVerdict } from './probe-node.ts';

export class StuckProbes {
  readonly #keys = new Set<string>();
  readonly #onStuck: () => void;

  constructor(onStuck: () => void) {
    this.#onStuck = onStuck;
  }

  add(nodeId: string, mode: DetectionModeType, ended: Promise<unknown>): void {
    const key = keyOf(nodeId, mode);
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
    const isStuck = (one: Detector): boolean => this.#keys.has(keyOf(nodeId, one.mode));
    return {
      ready: detectors.filter((one) => !isStuck(one)),
      waiting: detectors.filter(isStuck).map((one) => stillRunning(one.mode)),
    };
  }
}

function stillRunning(mode: DetectionModeType): ModeVerdict {
  const reason = 'could not look: an earlier look has still not ended';
  return { mode, verdict: { health: 'unknown', reason }, attempts: 0, tookMs: 0 };
}

function keyOf(nodeId: string, mode: DetectionModeType): string {
  return `${mode} ${nodeId}`;
}
