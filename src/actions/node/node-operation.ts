import { CoppiceError } from '../../domain/errors.ts';
import { isJsonObject } from '../../domain/json.ts';
import type { ActionContext, ActionDefinition } from '../../engine/action-context.ts';
import { loadManagedNode } from '../../clusters/managed-node.ts';
import { typeName } from '../../profiles/profile-type.ts';
import { updateNode } from '../../store/nodes.ts';
import { keepNodeData } from '../keep-node-data.ts';
import { deregisterNode } from '../registrations.ts';
import { requireRegistered } from './register-or-later.ts';
import type { ActionServices } from '../services.ts';
import { markNodeFailed } from './node-failure.ts';
import { thenEvaluateCluster } from './then-evaluate-cluster.ts';

/**
 * NODE_OPERATION: an operation of the profile type that an operator requested (reboot, lock, stop, ...),
 * awaited to its end. Inputs: `{operation, params}`. The node is ACTIVE afterwards, as in Senlin; what a
 * stopped one is, its health says.
 */
export function nodeOperation(services: ActionServices): ActionDefinition {
  return {
    action: 'NODE_OPERATION',
    async run(context) {
      const name = context.inputs['operation'] as string;
      await context.transaction('begin', async (tx) => {
        const statusReason = `Operation '${name}' in progress`;
        await updateNode(tx, context.action.target, { status: 'OPERATING', statusReason });
      });
      await thenEvaluateCluster(context, async () => {
        const { target: nodeId, clusterId } = context.action;
        const service = await context.step(
          'service',
          async () => (await serviceAfter(services, nodeId, name)) ?? null,
        );
        const run = { context, services, nodeId, clusterId };
        await markNodeFailed(context, `Operation '${name}' failed`, async () => {
          if (service === 'ENDS') await deregisterNode({ ...run, name: 'deregister' });
          await operate(context, services, name);
        });
        if (service === 'BEGINS') await requireRegistered({ ...run, name: 'register' });
      });
    },
  };
}

async function serviceAfter({ store, profileTypes }: ActionServices, id: string, name: string) {
  const { type } = await loadManagedNode({ store, profileTypes }, id);
  return type.operations[name]?.service;
}

async function operate(
  context: ActionContext,
  { store, profileTypes }: ActionServices,
  name: string,
): Promise<void> {
  const { target } = context.action;
  const { params } = context.inputs;
  await context.operation(
    'operate',
    async (request) => {
      const { type, facts } = await loadManagedNode({ store, profileTypes }, target);
      const operation = type.operations[name];
      if (operation === undefined) throw notSupported(name, typeName(type));
      const opened = store.secrets.openIn(isJsonObject(params) ? params : {});
      const keepData = keepNodeData(store, target);
      const { physicalId, data } = await operation.run(facts, opened, { ...request, keepData });
      return { physicalId, data };
    },
    async (tx, made) => {
      const statusReason = `Operation '${name}' succeeded`;
      await updateNode(tx, target, {
        ...made,
        status: 'ACTIVE',
        statusReason,
        updatedAt: context.now(),
      });
    },
  );
}

function notSupported(name: string, type: string): CoppiceError {
  const sentence = `The requested operation '${name}' is not supported by the profile type '${type}'.`;
  return new CoppiceError('operation-impossible', sentence);
}
