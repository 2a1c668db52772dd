/**
 * What must be true at the end of the demo by what happened outside of Coppice: the calls that the load
 * balancer got, and the starts that the servers wrote down.
 */
import { stepsOf } from '../records.ts';
import type { Proof, Records } from '../story.ts';
import type { BalancerCall } from './balancer.ts';

export interface Evidence extends Records {
  readonly calls: readonly BalancerCall[];
  /** How often each server was started, by its own account. */
  readonly starts: ReadonlyMap<string, number>;
}

export function proveProcesses(evidence: Evidence): Proof {
  return {
    problems: [...workflowsCalledTwice(evidence), ...serversStartedTwice(evidence)],
    proven: ['no step ran twice: by the calls that the load balancer got, and the starts of the servers'],
  };
}

/** One call that changes something for each execution, and no execution that no step knows. */
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

/** One start when they were created, and one for each step that starts a server. */
function serversStartedTwice({ starts, ...records }: Evidence): string[] {
  return records.nodes.flatMap(({ name }) => {
    const expected = 1 + stepsOf(records, name, startingSteps);
    const found = starts.get(name) ?? 0;
    return found === expected ? [] : [`${name} was started ${found} times, and ${expected} times was right`];
  });
}
