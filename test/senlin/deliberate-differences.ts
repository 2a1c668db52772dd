/**
 * Where Coppice answers on purpose otherwise than the recorded Senlin, and why. docs/senlin-compatibility.md
 * says the same to users; `replay.test.ts` allows what stands here and nothing else.
 */
export interface DeliberateDifference {
  /** A heading of docs/senlin-compatibility.md says it in these words. */
  readonly what: string;
  /** Exchanges by name; absent: any. */
  readonly exchanges?: readonly string[];
  /** The places of an answer: `status`, `error.message`, `body.cluster.health`. */
  readonly at: RegExp;
  /** What is answered instead: the whole text, or the beginning of it. */
  readonly ours?: RegExp;
}

export const deliberateDifferences: readonly DeliberateDifference[] = [
  { what: 'Clusters and nodes have their health', at: /\.(?:health|health_reason)$/ },
  { what: 'Clusters have the profiles of their nodes', at: /^body\.clusters?(?:\.\d+)?\.node_profiles$/ },
  { what: 'Nodes have their region and zone', at: /^body\.nodes?(?:\.\d+)?\.(?:region|zone)$/ },
  { what: 'Actions have their plan', at: /^body\.actions?(?:\.\d+)?\.data\.plan$/ },
  { what: 'Actions name their request', at: /^body\.actions?(?:\.\d+)?\.request_id$/ },
  {
    what: 'Events name their action',
    at: /\.meta_data\.(?:action_id|request_id)$/,
  },
  {
    what: 'Events end with the reason of their action',
    exchanges: ['events of a cluster'],
    at: /^body\.events\.1\.status_reason$/,
    ours: /^Action completed successfully\.$/,
  },
  {
    what: 'Nodes of a cluster are created side by side',
    exchanges: ['cluster get, creating'],
    at: /^body\.cluster\.nodes$/,
  },
  {
    what: 'Nodes of a cluster are created side by side',
    exchanges: ['action of the create, running'],
    at: /^body\.action\.(?:depends_on|owner|status|status_reason)$/,
    ours: /^(?:null|WAITING|Waiting for depended actions\.|\[.*\])$/,
  },
  { what: 'What a node consists of', at: /^body\.nodes?(?:\.\d+)?\.(?:data|details)\./ },
  {
    what: 'Types of profiles',
    exchanges: ['profile types', 'profile types 1.4'],
    at: /^body\.profile_types\.(?:container\.dockerinc\.docker-1\.0|local\.process-1\.0)$/,
  },
  {
    what: 'Servers can be migrated',
    exchanges: ['profile type ops'],
    at: /^body\.operations\.migrate$/,
  },
  {
    what: 'Types of policies',
    exchanges: ['policy types', 'policy types 1.4'],
    at: /^body\.policy_types\.senlin\.policy\.health-1\.3$/,
  },
  {
    what: 'Schemas say the defaults',
    exchanges: ['policy type scaling-1.0'],
    at: /^body\.policy_type\.schema\.adjustment\.default$/,
  },
  {
    what: 'Errors name the field',
    exchanges: ['profile create, bad value'],
    at: /^error\.message$/,
    ours: /^Failed in creating profile x: networks: expected a list, found "n"$/,
  },
  {
    what: 'Errors name the field',
    exchanges: ['policy create, interval below minimum'],
    at: /^error\.message$/,
    ours: /^detection\.interval: expected at least 10 seconds \(health_check_interval_min of the configuration\), found 1$/,
  },
  {
    what: 'What is wrong in a request is never a 500',
    exchanges: ['policy create, bad enum'],
    at: /^status$/,
    ours: /^400 InvalidSpec: criteria: expected one of OLDEST_FIRST, .*, found "NOPE"$/,
  },
  {
    what: 'An operation on no node is refused',
    exchanges: ['cluster op'],
    at: /^status$/,
    ours: /^400 BadRequest: No node \(matching the filter\) could be found$/,
  },
  {
    what: 'Servers can be adopted',
    exchanges: ['node adopt preview', 'node adopt without overrides', 'node adopt'],
    at: /^status$/,
    ours: /^200$/,
  },
  {
    what: 'Receivers of messages',
    exchanges: ['receiver create, message'],
    at: /^status$/,
    ours: /^400 FeatureNotSupported: A receiver of type 'message' needs Zaqar, /,
  },
  {
    what: 'Receivers of messages',
    exchanges: ['receiver notify'],
    at: /^status$/,
    ours: /^404 ResourceNotFound: /,
  },
  {
    what: 'Receivers act without a trust',
    exchanges: ['receiver create', 'receiver list', 'receiver get', 'receiver update'],
    at: /^body\.receivers?(?:\.\d+)?\.actor\.trust_id$/,
  },
  {
    what: 'Tokens',
    exchanges: ['no token', 'bad token'],
    at: /^status$/,
  },
];
