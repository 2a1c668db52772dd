/** Which actions there are: an explicit list; adding one is adding a file and a line. */
import type { ActionDefinition } from '../engine/action-context.ts';
import { clusterCheck } from './cluster/cluster-check.ts';
import { clusterCreate } from './cluster/cluster-create.ts';
import { clusterDelete } from './cluster/cluster-delete.ts';
import { clusterMembers } from './cluster/cluster-members.ts';
import { clusterOperation } from './cluster/cluster-operation.ts';
import { clusterAttachPolicy, clusterDetachPolicy, clusterUpdatePolicy } from './cluster/cluster-policies.ts';
import { clusterRecover } from './cluster/cluster-recover.ts';
import { clusterResize, clusterScaleIn, clusterScaleOut } from './cluster/cluster-resize.ts';
import { clusterUpdate } from './cluster/cluster-update.ts';
import { nodeCheck } from './node/node-check.ts';
import { nodeCreate } from './node/node-create.ts';
import { nodeDelete } from './node/node-delete.ts';
import { nodeRecover, type RecoveryServices } from './node-recover/node-recover.ts';
import { nodeJoin } from './node/node-join.ts';
import { nodeLeave } from './node/node-leave.ts';
import { nodeOperation } from './node/node-operation.ts';
import { nodeRegister } from './node/node-register.ts';
import { nodeTidy } from './node/node-tidy.ts';
import { nodeUpdate } from './node/node-update.ts';
import { retainedDelete } from './retained-delete.ts';

export function actionDefinitions(services: RecoveryServices): ActionDefinition[] {
  return [
    clusterCreate(services),
    clusterDelete(services),
    clusterUpdate(services),
    clusterResize(services),
    clusterScaleOut(services),
    clusterScaleIn(services),
    ...clusterMembers(services),
    clusterOperation(services),
    clusterCheck(services),
    clusterRecover(services),
    clusterAttachPolicy(services),
    clusterUpdatePolicy(services),
    clusterDetachPolicy(services),
    nodeCreate(services),
    nodeDelete(services),
    nodeJoin(services),
    nodeLeave(services),
    nodeUpdate(services),
    nodeCheck(services),
    nodeOperation(services),
    nodeRecover(services),
    nodeRegister(services),
    nodeTidy(services),
    retainedDelete(services),
  ];
}
