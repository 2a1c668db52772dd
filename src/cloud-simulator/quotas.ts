/** Limits of projects: those of the settings, unless an administrator has set others for a project. */
import type { SimulatorSettings } from './settings.ts';

/** -1: no limit. */
export interface Quota {
  readonly instances: number;
  readonly cores: number;
  /** MiB */
  readonly ram: number;
}

export const quotaKeys = ['instances', 'cores', 'ram'] as const;

export class Quotas {
  readonly #own = new Map<string, Partial<Quota>>();
  readonly #settings: () => SimulatorSettings;

  constructor(settings: () => SimulatorSettings) {
    this.#settings = settings;
  }

  of(projectId: string): Quota {
    const { instances, cores, ram } = this.#settings().quota;
    return { instances, cores, ram, ...this.#own.get(projectId) };
  }

  set(projectId: string, change: Partial<Quota>): void {
    this.#own.set(projectId, { ...this.#own.get(projectId), ...change });
  }

  reset(projectId: string): void {
    this.#own.delete(projectId);
  }
}
