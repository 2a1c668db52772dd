/**
 * What the operating system tells of its processes. Whoever tells it answers at once (no await between
 * looking and signalling).
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

/** How a process of a node is told from a stranger that was given a used number. */
export interface NodeMarks {
  readonly nodeId: string;
  readonly directory: string;
}

export interface ProcessTable {
  /** Differs after every start of the machine. @throws where it cannot be read. */
  bootId(): string;
  /** undefined: there is no such process, for certain. @throws where it cannot be seen whether there is. */
  read(pid: number): ProcessEntry | undefined;
  /** The live processes of a session. */
  inSession(session: number): ProcessEntry[];
  /**
   * The live processes that have a node's id in their environment, in whatever session; none where that cannot be seen. It reads the environment
   * of every process of the machine once.
   */
  ofNode(nodeId: string): ProcessEntry[];
  /** Whether a process carries the marks of a node: its environment, open files or working directory say so. */
  bearsMarks(pid: number, marks: NodeMarks): boolean;
  /** The arguments, joined by blanks; empty where there is none to see. */
  commandLine(pid: number): string;
}
