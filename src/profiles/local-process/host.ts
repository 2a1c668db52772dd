import type { Launcher } from './launcher.ts';
import type { LifeEvents } from './life-events.ts';
import type { LogRounds } from './log-rounds.ts';
import type { Ports } from './ports.ts';
import type { ProcessTable } from './process-table.ts';

/** This machine, as the operations use it. */
export interface LocalMachine {
  /** Absolute. */
  readonly dataDir: string;
  readonly table: ProcessTable;
  readonly ports: Ports;
  /**
   * The children of this run of Coppice by physical id, for their exit status; the system gives it to the
   * parent only.
   */
  readonly children: Map<string, Launcher>;
  readonly events: LifeEvents;
  readonly logs: LogRounds;
}
