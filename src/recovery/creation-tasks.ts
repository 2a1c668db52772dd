/**
 * Nodes that do not exist, in a cluster whose policy has no action that could create one: REBUILD, REBOOT or
 * EVACUATE of a server need the server. They stay failed until an operator has them created, or deletes them.
 */
import { count, namesOf } from './describe.ts';
import type { ExplainedCluster, ExplainedNode } from './explained-cluster.ts';
import { mostNodes, taskOfSteps, type OperatorTask, type TaskStep } from './operator-task.ts';

/** No recovery that starts by itself can bring it back. */
export function isNeverCreatedAgain(
  { lacks, standing, excluded }: Pick<ExplainedNode, 'lacks' | 'standing' | 'excluded'>,
  { policy }: Pick<ExplainedCluster, 'policy'>,
): boolean {
  if (lacks === null || excluded !== null || standing === 'EXCLUDED') return false;
  return policy !== null && policy.enabled && policy.mode === 'ENFORCE' && !policy.creates;
}

/** Those for which no cause is known; where one is, it has these steps. */
export function creationTasks(
  cluster: Pick<ExplainedCluster, 'nodes' | 'policy'>,
  isTold: (node: ExplainedNode) => boolean,
): OperatorTask[] {
  const nodes = cluster.nodes.filter((node) => isNeverCreatedAgain(node, cluster) && !isTold(node));
  const [first] = nodes;
  if (first === undefined) return [];
  const reason = `${namesOf(nodes)} ${nodes.length === 1 ? 'has' : 'have'} no ${first.lacks}, and no action of the policy ${cluster.policy?.name} creates one`;
  return taskOfSteps(reason, creationSteps(nodes), true);
}

/** What creates them, which no action of the policy does: an operator's recovery, and what gives them up. */
export function creationSteps(nodes: readonly ExplainedNode[]): TaskStep[] {
  const named = nodes.slice(0, mostNodes);
  const more = nodes.length - named.length;
  const names = named.map(({ name }) => name).join(' ');
  return [
    ...named.map(({ name, lacks }) => ({
      command: `coppice node recover ${name} --operation RECREATE --wait`,
      text: `create the ${lacks} of ${name}`,
    })),
    {
      command: `coppice node delete ${names} --wait`,
      text: `or, where ${nodes.length === 1 ? 'it is' : 'they are'} not needed, delete ${nodes.length === 1 ? 'it' : 'them'}${more === 0 ? '' : `; ${count(more, 'more node')} likewise`}`,
    },
  ];
}
