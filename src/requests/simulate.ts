/**
 * Asking what would happen if nodes of a cluster failed now, under its own health policy or another one.
 * Nothing is touched or written.
 */
import { didYouMean } from '../domain/did-you-mean.ts';
import { CoppiceError } from '../domain/errors.ts';
import { domainInWords, domainNoun } from '../domain/failure-domain.ts';
import type { HealthPolicy } from '../domain/health-policy.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Cluster, Node, Spec } from '../domain/model.ts';
import { ownerOf } from '../domain/session.ts';
import { failureClasses } from '../domain/verdict.ts';
import { unhelpfulBefore } from '../recovery-record/unhelpful-before.ts';
import { rulesOfCluster, type ClusterRules } from '../clusters/cluster-rules.ts';
import { domainsOfNodes } from '../clusters/failure-domains.ts';
import { takeSnapshot, type ClusterSnapshot } from '../healing/snapshot.ts';
import { stepsInOrder } from '../policies/health/steps-in-order.ts';
import { workflowsNamed } from '../policies/health/check-workflow-params.ts';
import { healthPolicyTypes } from '../policies/health/health-policy-type.ts';
import { typeName } from '../profiles/profile-type.ts';
import { healthyRecord } from '../recovery/classify-health.ts';
import { count } from '../recovery/describe.ts';
import type { NodeSnapshot, RoundSnapshot } from '../recovery/round-snapshot.ts';
import {
  simulateRound,
  type SimulatedFailure,
  type Simulation,
  type Suppositions,
} from '../recovery/simulate-round.ts';
import { askCloud } from './ask-cloud.ts';
import { fitting, requireObject, requireReferenced } from './find-object.ts';
import { partOfCluster, refuseOtherProject } from './other-projects.ts';
import { refuseMisfit } from './policy-fit.ts';
import { missingWorkflows } from './policy-warnings.ts';
import type { Caller, RequestTools } from './request-tools.ts';
import { readSpec, refuseSpec, typeNameOf } from './spec-document.ts';

export interface SimulationRequest {
  readonly failures: readonly {
    /** Id or name. */
    readonly node: string;
    readonly class: string;
    readonly reason?: string;
  }[];
  /**
   * All nodes of these failure domains fail, of the kind that the policy names, else availability zones; but
   * not as `failures` says otherwise. Absent: none.
   */
  readonly failZones?: readonly { readonly name: string; readonly class?: string }[];
  /** Id or name of a policy; beside neither `spec`: the one that is attached. */
  readonly policy?: string;
  readonly spec?: JsonObject;
  readonly nothingHelps: boolean;
  readonly failing: readonly string[];
}

export interface SimulationResult {
  readonly cluster: Cluster;
  readonly policy: HealthPolicy;
  /** null: the policy came as a spec. */
  readonly policyName: string | null;
  readonly isAttached: boolean;
  readonly now: number;
  /** What had to be supposed, in sentences. */
  readonly supposed: readonly string[];
  readonly nodes: readonly Node[];
  readonly simulation: Simulation;
}

/**
 * @throws CoppiceError `bad-request` for a node that is not in the cluster, `invalid-spec` for a policy that
 * cannot be.
 */
export async function simulate(
  tools: RequestTools,
  caller: Caller,
  identity: string,
  request: SimulationRequest,
): Promise<SimulationResult> {
  const { db } = tools.store;
  const now = tools.now();
  const cluster = await requireObject(db, caller, 'cluster', identity);
  const { rules, name, isAttached } = await rulesFor(tools, caller, cluster, request);
  const known = { db, profileTypes: tools.profileTypes };
  const taken = await takeSnapshot(known, cluster, rules, now);
  const snapshot = await askCloud(tools, cluster, taken, rules.policy);
  const failures = [
    ...failuresOf(cluster, snapshot, request.failures),
    ...(await failuresOfZones(tools, cluster, snapshot, rules.policy, request)),
  ];
  const { round, supposed } = isAttached ? { round: snapshot.round, supposed: [] } : unwatched(snapshot);
  const suppose: Suppositions = {
    nothingHelps: request.nothingHelps,
    failing: failingItems(rules.policy, request),
  };
  const earlier = await unhelpfulBefore(db, cluster.id, rules.policy, now);
  return {
    cluster,
    policy: rules.policy,
    policyName: name,
    isAttached,
    now,
    supposed: [
      ...supposed,
      ...inWords(suppose),
      ...strangeClasses(failures),
      ...(await absentWorkflows(tools, cluster, rules.policy)),
    ],
    nodes: snapshot.nodes,
    simulation: simulateRound(round, rules.policy, failures, suppose, earlier),
  };
}

interface Rules {
  readonly rules: ClusterRules;
  readonly name: string | null;
  readonly isAttached: boolean;
}

async function rulesFor(
  tools: RequestTools,
  caller: Caller,
  cluster: Cluster,
  { policy, spec }: SimulationRequest,
): Promise<Rules> {
  const { db } = tools.store;
  if (policy !== undefined && spec !== undefined)
    refuse('spec: expected one of policy_id and spec, found both');
  const attached = await rulesOfCluster(db, cluster.id);
  if (policy === undefined && spec === undefined) {
    if (attached !== null) return { rules: attached, name: attached.policyName, isAttached: true };
    refuse(`The cluster ${cluster.name} has no health policy: name one, or give its spec.`);
  }
  const found = policy === undefined ? undefined : await requireReferenced(db, caller, 'policy', policy);
  if (attached !== null && found?.id === attached.policyId)
    return { rules: attached, name: attached.policyName, isAttached: true };
  if (found !== undefined) refuseOtherProject('policy', found, partOfCluster(cluster));
  const read = await checkFor(tools, cluster, found?.spec ?? readSpec(spec ?? {}, '', tools.policyTypes));
  return {
    rules: { policyId: found?.id ?? '', enabled: true, policy: read },
    name: found?.name ?? null,
    isAttached: false,
  };
}

/** As attaching it would check it. */
async function checkFor(tools: RequestTools, cluster: Cluster, spec: Spec): Promise<HealthPolicy> {
  const type = healthPolicyTypes.find((each) => typeName(each) === typeNameOf(spec));
  if (type === undefined) refuse(`The policy is of type ${typeNameOf(spec)}, which is no health policy.`);
  const check = type.check(spec.properties, tools.checkSettings);
  if (!check.ok) return refuseSpec('', check.issues, { part: 'properties' });
  await refuseMisfit(tools.store.db, tools, cluster, { type: typeNameOf(spec), spec });
  return check.value;
}

function failuresOf(
  cluster: Cluster,
  { nodes }: Pick<ClusterSnapshot, 'nodes'>,
  failures: SimulationRequest['failures'],
): SimulatedFailure[] {
  const seen = new Set<string>();
  return failures.map(({ node: identity, class: failureClass, reason }) => {
    const found = fitting(nodes, identity);
    const [node] = found;
    if (node === undefined || found.length > 1) {
      const hint = didYouMean(
        identity,
        nodes.map((each) => each.name),
      );
      const count = found.length > 1 ? 'has several nodes' : 'has no node';
      refuse(`The cluster ${cluster.name} ${count} '${identity}'.${hint === undefined ? '' : ` (${hint})`}`);
    }
    if (seen.has(node.id)) refuse(`The node '${identity}' is given two failures.`);
    seen.add(node.id);
    if (!/^[A-Z][A-Z0-9_]*$/.test(failureClass))
      refuse(`class: expected a failure class, such as SERVER_ERROR, found '${failureClass}'`);
    return { nodeId: node.id, class: failureClass, reason: reason ?? `supposed: ${failureClass}` };
  });
}

/** What becomes of servers whose host, or all of whose zone, is without power. */
const CLASS_OF_ZONE = 'HOST_DOWN';

/** @throws CoppiceError `bad-request` for a zone in which no node is known to be. */
async function failuresOfZones(
  { store: { db }, profileTypes }: RequestTools,
  cluster: Cluster,
  { nodes }: ClusterSnapshot,
  { safety }: HealthPolicy,
  { failures, failZones = [] }: SimulationRequest,
): Promise<SimulatedFailure[]> {
  if (failZones.length === 0) return [];
  const domain = safety.zoneOutage?.domain ?? { kind: 'ZONE' };
  const domains = await domainsOfNodes({ db, profileTypes }, nodes, domain);
  const known = [...new Set(domains.values())].sort();
  const named = new Set(failures.map(({ node }) => node));
  const given = new Set<string>();
  return failZones.flatMap(({ name, class: failureClass = CLASS_OF_ZONE }) => {
    if (given.has(name)) refuse(`fail_zones: '${name}' is given twice`);
    given.add(name);
    if (!known.includes(name)) {
      const noun = domainNoun(domain);
      const there = known.length === 0 ? `no ${noun} of its nodes is known` : `there are ${known.join(', ')}`;
      refuse(`fail_zones: the cluster ${cluster.name} has no node in ${noun} '${name}'; ${there}`);
    }
    const inZone = nodes.filter((node) => domains.get(node.id) === name);
    const others = inZone.filter((node) => !named.has(node.id) && !named.has(node.name));
    const reason = `supposed: ${domainInWords(domain, name)} has an outage`;
    return failuresOf(
      cluster,
      { nodes },
      others.map(({ id }) => ({ node: id, class: failureClass, reason })),
    );
  });
}

/** @throws CoppiceError `bad-request` for an item that the policy does not have. */
function failingItems({ recovery }: HealthPolicy, { failing }: SimulationRequest): readonly string[] {
  const items = recovery.items.flatMap((item) => [...item.before, item, ...item.after]);
  const known = [...items, ...recovery.onSuccess, ...recovery.onExhausted].map((item) => item.id);
  const unknown = failing.find((item) => !known.includes(item));
  if (unknown === undefined) return failing;
  const hint = didYouMean(unknown, known);
  refuse(
    `failing: expected one of ${known.join(', ')}, found '${unknown}'${hint === undefined ? '' : ` (${hint})`}`,
  );
}

/**
 * With a policy that is not attached no node was probed: those that are ACTIVE are supposed to be
 * healthy.
 */
function unwatched({ round }: ClusterSnapshot): { round: RoundSnapshot; supposed: string[] } {
  const unseen = round.nodes.filter((node) => node.health === null && node.status === 'ACTIVE');
  if (unseen.length === 0) return { round, supposed: [] };
  const nodes = round.nodes.map((node) => (unseen.includes(node) ? supposeHealthy(node, round.now) : node));
  const sentence = `${count(unseen.length, 'node')} that ${unseen.length === 1 ? 'was' : 'were'} never probed ${unseen.length === 1 ? 'is' : 'are'} healthy`;
  return { round: { ...round, nodes }, supposed: [sentence] };
}

function supposeHealthy(node: NodeSnapshot, now: number): NodeSnapshot {
  return { ...node, health: healthyRecord('supposed', now) };
}

function inWords({ nothingHelps, failing }: Suppositions): string[] {
  const fails = failing.length === 0 ? [] : [`${failing.join(', ')} fails`];
  const outcome = nothingHelps
    ? 'every other operation works, and none helps'
    : 'every other operation works, and helps';
  return [...fails, failing.length === 0 ? outcome.replace('other ', '') : outcome];
}

/** A profile may have classes of its own, so that an unknown one is only a warning. */
function strangeClasses(failures: readonly SimulatedFailure[]): string[] {
  const known: readonly string[] = failureClasses;
  const strange = new Set(failures.map((failure) => failure.class).filter((name) => !known.includes(name)));
  return [...strange].map((name) => {
    const hint = didYouMean(name, known);
    return `the profile reports ${name}, which no detection mode of ours does${hint === undefined ? '' : ` (${hint})`}`;
  });
}

async function absentWorkflows(
  tools: RequestTools,
  cluster: Cluster,
  policy: HealthPolicy,
): Promise<string[]> {
  const missing = await missingWorkflows(
    tools,
    ownerOf(cluster),
    workflowsNamed(stepsInOrder(policy)),
    cluster,
  );
  const names = new Set(missing.map((warning) => warning.found));
  return [...names].map((name) => `the workflow ${name} is there; now it is not, or that cannot be checked`);
}

function refuse(sentence: string): never {
  throw new CoppiceError('bad-request', sentence);
}
