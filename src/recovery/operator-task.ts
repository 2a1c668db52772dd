/** Nodes with commands of one kind in a list of tasks; there may be hundreds. */
export const mostNodes = 5;

/** One thing that an operator has to do, or may do, with the command, to be typed as it stands. */
export interface OperatorTask {
  readonly reason: string;
  readonly command: string;
  /** Coppice does nothing more about it by itself. */
  readonly required: boolean;
}
