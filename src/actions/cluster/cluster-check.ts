import type { JsonObject } from '../../domain/json.ts';
import type { ActionDefinition, ChildOutcome } from '../../engine/action-context.ts';
import { nodesShown } from '../../plans/plan-record.ts';
import { actionOutputs } from '../../store/actions.ts';
import { getNodes } from '../../store/nodes.ts';
import type { Db } from '../../store/store.ts';
import type { ActionServices } from '../services.ts';
import { planAndCarryOut } from './carry-out-plan.ts';
import { whileClusterIs } from './cluster-action.ts';

/**
 * CLUSTER_CHECK: probes every node. Outputs: `{healthy, unhealthy, nodes: [{id, name, failure, reason}]}`,
 * two numbers and the nodes that are unhealthy, at most as many as a plan shows.
 */
export function clusterCheck(services: ActionServices): ActionDefinition {
  const action = 'CLUSTER_CHECK';
  return {
    action,
    async run(context) {
      return await whileClusterIs(context, 'CHECKING', 'Cluster status checking started.', async () => {
        const checks = await planAndCarryOut(context, services, action);
        return await context.transaction('found', ({ db }) => whatWasFound(db, checks));
      });
    },
  };
}

/** From the outputs of the actions NODE_CHECK. */
async function whatWasFound(db: Db, checks: readonly ChildOutcome[]): Promise<JsonObject> {
  const outputs = await actionOutputs(
    db,
    checks.map(({ id }) => id),
  );
  const unhealthy = checks.filter(({ id }) => outputs.get(id)?.['health'] === 'unhealthy');
  const shown = unhealthy.slice(0, nodesShown);
  const nodes = await getNodes(
    db,
    shown.map(({ target }) => target),
  );
  const names = new Map(nodes.map(({ id, name }) => [id, name]));
  return {
    healthy: checks.length - unhealthy.length,
    unhealthy: unhealthy.length,
    nodes: shown.map(({ id, target }) => {
      const { failure = null, reason = '' } = outputs.get(id) ?? {};
      return { id: target, name: names.get(target) ?? null, failure, reason };
    }),
  };
}
