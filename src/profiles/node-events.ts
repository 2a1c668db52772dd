/** Events of nodes, as profile types report them (`events` in profile-type.ts). */
import type { DetectionModeType } from '../domain/health-policy.ts';

/**
 * What an event is about: a node, whatever stands for one outside (a server of Nova), all nodes that are
 * probed in a certain way (after a change of a host), or all of the type, where events may have been missed.
 */
export type ChangedNodes =
  | { readonly nodeId: string }
  | { readonly physicalId: string }
  | { readonly mode: DetectionModeType }
  | 'ALL';

/** Receives events of nodes. */
export interface EventListener {
  /**
   * Something happened: probe now. May be late, repeated, or of a node that is healthy, or of no node.
   * @returns resolves, and never rejects, when what the probe found is recorded, or none was wanted.
   */
  changed(what: ChangedNodes): Promise<void>;
}
