/**
 * What must be true at the end of the demo, from what was recorded and from what happened outside. Every
 * sentence that comes out of here is a reason to fail.
 */
import type { Schemas } from '../../client/api-types.ts';
import { textOf } from '../rendering/text-of.ts';
import type { BalancerCall } from './stage.ts';

export interface Evidence {
  /** All recoveries of the cluster, with their steps. */
  readonly recoveries: readonly Schemas['Recovery'][];
  readonly nodes: readonly { readonly name: string; readonly status: string; readonly answers: boolean }[];
  readonly calls: readonly BalancerCall[];
  /** How often each server was started, by its own account. */
  readonly starts: ReadonlyMap<string, number>;
  /** Name of the node of each recovery, by the recovery's id. */
  readonly nodeOf: ReadonlyMap<string, string>;
}

/** Empty: the demo ended as it should. */
export function problemsIn(evidence: Evidence): string[] {
  return [
    ...unhealthyNodes(evidence),
    ...recoveriesNotClosed(evidence),
    ...stepsRecordedTwice(evidence),
    ...workflowsCalledTwice(evidence),
    ...serversStartedTwice(evidence),
  ];
}

function unhealthyNodes({ nodes }: Evidence): string[] {
  return nodes
    .filter((node) => node.status !== 'ACTIVE' || !node.answers)
    .map(
      ({ name, status, answers }) => `${name} is ${status} and ${answers ? 'answers' : 'does not answer'}`,
    );
}

function recoveriesNotClosed({ recoveries, nodeOf }: Evidence): string[] {
  return recoveries
    .filter((recovery) => recovery.state !== 'RECOVERED' && recovery.state !== 'SELF_HEALED')
    .map((recovery) => `the recovery of ${nodeOf.get(recovery.id) ?? 'a node'} is ${recovery.state}`);
}

/** By the records: an item of the chain has one row for each attempt, and one for its verification. */
function stepsRecordedTwice({ recoveries, nodeOf }: Evidence): string[] {
  return recoveries.flatMap((recovery) => {
    const rows = recovery.steps.map(({ item, id, attempt, purpose }) => {
      const what = purpose === 'verification' ? 'the verification of ' : '';
      return `${what}${textOf(item, id)}, attempt ${attempt}`;
    });
    const twice = rows.filter((row, index) => rows.indexOf(row) !== index);
    return twice.map((row) => `${nodeOf.get(recovery.id) ?? 'a node'}: ${row} was recorded twice`);
  });
}

/**
 * By what the load balancer saw: one call that changes something for each execution, and no execution that no
 * step knows.
 */
function workflowsCalledTwice({ recoveries, calls }: Evidence): string[] {
  const known = new Set(recoveries.flatMap((each) => each.steps).map((step) => step.execution_id));
  const changes = calls.filter(({ call }) => call !== 'connections');
  const counts = Map.groupBy(
    changes,
    ({ call, member, execution }) => `${call} of ${member} by execution ${execution}`,
  );
  const twice = [...counts]
    .filter(([, all]) => all.length > 1)
    .map(([what, all]) => `${what} was called ${all.length} times`);
  const stray = changes.filter(({ execution }) => execution === null || !known.has(execution));
  return [
    ...twice,
    ...stray.map(({ call, member }) => `${call} of ${member} was called by an execution that no step knows`),
  ];
}

const startingSteps = new Set(['REBOOT', 'REBUILD', 'RECREATE']);

/**
 * By what the servers wrote: one start when they were created, and one for each step that starts a server.
 */
function serversStartedTwice({ recoveries, nodes, starts, nodeOf }: Evidence): string[] {
  return nodes.flatMap(({ name }) => {
    const steps = recoveries
      .filter((recovery) => nodeOf.get(recovery.id) === name)
      .flatMap((each) => each.steps)
      .filter((step) => startingSteps.has(step.name) && step.started_at !== '');
    const expected = 1 + steps.length;
    const found = starts.get(name) ?? 0;
    return found === expected ? [] : [`${name} was started ${found} times, and ${expected} times was right`];
  });
}
