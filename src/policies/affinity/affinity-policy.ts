/** What a senlin.policy.affinity means. */

export const groupPolicies = ['affinity', 'soft-affinity', 'anti-affinity', 'soft-anti-affinity'] as const;
export type GroupPolicy = (typeof groupPolicies)[number];

export interface AffinityPolicy {
  /** null: that of the profile's scheduler hints, else one that is made. */
  readonly groupName: string | null;
  readonly groupPolicy: GroupPolicy;
  readonly zone: string | null;
  /** New nodes are put on a host of vSphere whose name has `drs` in it. */
  readonly usesDrs: boolean;
}
