/** Heat's previews: what a creation or an update of a stack would do. They do nothing. */
import type { JsonObject } from '../domain/json.ts';
import type { SimulatorAnswer, SimulatorCall } from './endpoint.ts';
import { SERVER_TYPE } from './stack-servers.ts';
import { utcSeconds } from '../domain/time-text.ts';
import { describePlannedResource, describeStack, type StackShapes } from './stack-shapes.ts';
import { resolveFunctions } from './stack-template.ts';
import type { SimulatedStack } from './simulated-stack.ts';
import type { World } from './world.ts';
import { stackNameIn, stackGiven } from './stack-body.ts';

export function previewCreation(call: SimulatorCall, world: World, shapes: StackShapes): SimulatorAnswer {
  const name = stackNameIn(call.body);
  const given = stackGiven(call.body, world);
  const { id: userId, name: userName } = call.token.user;
  const planned: SimulatedStack = {
    id: 'None',
    name,
    projectId: call.projectId,
    owner: { id: userId, name: userName },
    createdAt: world.clock.now(),
    updatedAt: null,
    deletedAt: null,
    action: 'CREATE',
    status: 'COMPLETE',
    reason: '',
    given,
    resources: new Map(),
    events: [],
  };
  const { stack_status: _, stack_status_reason: __, ...described } = describeStack(planned, shapes, true);
  return {
    status: 200,
    body: {
      stack: {
        ...described,
        creation_time: utcSeconds(planned.createdAt),
        stack_user_project_id: null,
        resources: given.template.resources.map((one) => {
          const { parameters } = given;
          const properties = resolveFunctions(one.properties, {
            parameters,
            idOf: () => null,
            attributeOf: () => null,
          });
          return { ...describePlannedResource(one, planned), properties };
        }),
      },
    },
  };
}

export function previewUpdate(call: SimulatorCall, stack: SimulatedStack, world: World): SimulatorAnswer {
  const { template, parameters } = stackGiven(call.body, world);
  const changes: Record<string, JsonObject[]> = {
    unchanged: [],
    updated: [],
    replaced: [],
    added: [],
    deleted: [],
  };
  const haveParametersChanged = JSON.stringify(parameters) !== JSON.stringify(stack.given.parameters);
  for (const definition of template.resources) {
    const before = stack.resources.get(definition.name)?.definition;
    const isSame = JSON.stringify(before) === JSON.stringify(definition) && !haveParametersChanged;
    const change =
      before === undefined
        ? 'added'
        : isSame
          ? 'unchanged'
          : definition.type === SERVER_TYPE
            ? 'updated'
            : 'replaced';
    const { properties: _, ...described } = describePlannedResource(definition, stack);
    changes[change]?.push(described);
  }
  for (const { definition } of stack.resources.values())
    if (!template.resources.some(({ name }) => name === definition.name))
      changes['deleted']?.push(describePlannedResource(definition, stack));
  return { status: 200, body: { resource_changes: changes } };
}
