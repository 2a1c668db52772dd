/** Which states a server goes through during an operation, and when: for a simulator of a cloud. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ServerState } from './compute.ts';
import { recordingsFolder } from './recorder.ts';

/** One state of a server, as polling showed it. */
export interface SeenState {
  readonly status: string;
  readonly vm_state: string;
  readonly task_state: string | null;
  readonly power_state: number;
  /** Milliseconds since the operation was accepted; of a busy machine, so only the order of magnitude. */
  readonly after_ms: number;
}

export interface Transition {
  readonly states: readonly SeenState[];
  /** Whether the server was gone (404) at the end. */
  readonly gone: boolean;
  readonly took_ms: number;
}

export const transitionsFile = join(recordingsFolder, 'nova/transitions.json');

export class Transitions {
  readonly #seen = new Map<string, Transition>();

  /** Begins to collect what is seen; without the name of an operation it is forgotten. */
  watch(operation?: string): { seen: (server: ServerState) => void; end: (gone: boolean) => void } {
    const began = Date.now();
    const states: SeenState[] = [];
    return {
      seen: (server) => {
        const state = {
          status: server.status,
          vm_state: server['OS-EXT-STS:vm_state'],
          task_state: server['OS-EXT-STS:task_state'],
          power_state: server['OS-EXT-STS:power_state'],
        };
        const { after_ms: _, ...last } = states.at(-1) ?? { after_ms: 0 };
        if (JSON.stringify(last) !== JSON.stringify(state))
          states.push({ ...state, after_ms: Date.now() - began });
      },
      end: (gone) => {
        if (operation !== undefined) this.#seen.set(operation, { states, gone, took_ms: Date.now() - began });
      },
    };
  }

  /** Writes the transitions seen, beside those of other scenes that are stored. */
  store(): void {
    if (this.#seen.size === 0) return;
    mkdirSync(dirname(transitionsFile), { recursive: true });
    const stored = existsSync(transitionsFile)
      ? (JSON.parse(readFileSync(transitionsFile, 'utf8')) as Record<string, Transition>)
      : {};
    const all = { ...stored, ...Object.fromEntries(this.#seen) };
    writeFileSync(transitionsFile, `${JSON.stringify(all, null, 2)}\n`);
  }
}
