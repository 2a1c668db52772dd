/** What is on this machine of a node: a node may have several directories. */
export interface LeftNode {
  readonly nodeId: string;
  readonly directory: string;
  readonly running: readonly LeftProcess[];
}

export interface LeftProcess {
  /** `process 4711` */
  readonly name: string;
  /** The command that ends it, with what it started. */
  readonly end: string;
}
