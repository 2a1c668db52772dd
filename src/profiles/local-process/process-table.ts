/**
 * What the operating system says of its processes. One process is read at once (no await between reading and
 * signalling); all of them are read in a snapshot, which lets the event loop turn and is shared by all
 * callers that wait for one: many nodes that are stopped together cost few snapshots, and no request waits
 * for one.
 */

export interface ProcessEntry {
  readonly pid: number;
  readonly group: number;
  readonly session: number;
  /** In the system's own unit; only ever compared. */
  readonly startTime: string;
  /** `ended`: a zombie, which only waits for its parent to take its exit status. */
  readonly state: 'running' | 'stopped' | 'ended';
}

/** How a process of a node is distinguished from another one that reuses its pid. */
export interface NodeMarks {
  /** The name of its directory: of a node that has one process, the node's id. */
  readonly instance: string;
  readonly directory: string;
}

/** The live processes of the machine. */
export interface ProcessSnapshot {
  inSession(session: number): readonly ProcessEntry[];
  /**
   * Those that have an instance in their environment, in whatever session; none where that cannot be seen.
   */
  ofInstance(instance: string): readonly ProcessEntry[];
}

export interface ProcessTable {
  /** Differs after every start of the machine. @throws where it cannot be read. */
  bootId(): string;
  /** undefined: there is no such process, for certain. @throws where it cannot be seen whether there is. */
  read(pid: number): ProcessEntry | undefined;
  /** Of a moment after the call: what was there before the call, and has not ended, is in it. */
  snapshot(): Promise<ProcessSnapshot>;
  /**
   * Whether a process carries the marks of a node: its environment, open files or working directory say so.
   */
  bearsMarks(pid: number, marks: NodeMarks): boolean;
  /** The arguments, joined by blanks; empty where there is none to see. */
  commandLine(pid: number): string;
}

/** Processes by session and by instance; those that have ended are left out. */
export class SnapshotBuilder {
  readonly #bySession = new Map<number, ProcessEntry[]>();
  readonly #byInstance = new Map<string, ProcessEntry[]>();

  add(entry: ProcessEntry, instance: string | undefined): void {
    if (entry.state === 'ended') return;
    append(this.#bySession, entry.session, entry);
    if (instance !== undefined) append(this.#byInstance, instance, entry);
  }

  build(): ProcessSnapshot {
    return {
      inSession: (session) => this.#bySession.get(session) ?? [],
      ofInstance: (instance) => this.#byInstance.get(instance) ?? [],
    };
  }
}

function append<Key>(lists: Map<Key, ProcessEntry[]>, key: Key, entry: ProcessEntry): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [entry]);
  else list.push(entry);
}
