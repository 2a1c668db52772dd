/** A stack that exists becomes a node: its profile is what it was made from, and its tags say whose it is. */
import { CoppiceError, quoteValue } from '../../domain/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import { operationError } from '../../openstack/cloud-error.ts';
import { eachRegion, type Cloud } from '../../openstack/cloud.ts';
import type { CallContext } from '../../openstack/cloud-request.ts';
import type { HeatClient, Stack } from '../../openstack/heat-client.ts';
import type { Adoptable } from '../adoptable.ts';
import type { Adoption, NodeFacts, OperationRequest, PhysicalNode } from '../profile-type.ts';
import { awaitStack, stackStateText } from './await-stack.ts';
import { isMarkedAs, nodeOf, stackOfNode, stackTags, userTags } from './owned-stacks.ts';
import { verdictOn } from './verdict.ts';

/** What Heat shows for the value of a parameter that is hidden. */
const HIDDEN = '******';

export function stackAdoption(cloudFor: (of: Pick<NodeFacts, 'session' | 'data'>) => Cloud): Adoption {
  return {
    expected: 'the id or name of a stack of this project',
    async read(identity, { owner, isForeign, signal }) {
      const usual = cloudFor({ session: owner, data: {} });
      try {
        for await (const cloud of eachRegion(usual, 'orchestration', { signal })) {
          const region = cloud === usual ? null : cloud.session.settings.region;
          const stack = await findStack(cloud.heat, identity, { signal });
          if (stack === undefined) continue;
          if (await isForeign({ physicalId: stack.id, nodeId: nodeOf(stack) })) continue;
          return await readStack(cloud.heat, stack, region, { signal });
        }
      } catch (error) {
        throw operationError(error, 'the stack could not be read');
      }
      return undefined;
    },
    claim: (node, request) => claimStack(cloudFor(node).heat, node, request),
  };
}

type WholeStack = Awaited<ReturnType<HeatClient['getStack']>>;

/** With all that Heat shows of it. @returns undefined: there is none. */
async function findStack(
  heat: HeatClient,
  identity: string,
  context: CallContext,
): Promise<WholeStack | undefined> {
  const [listed] = await heat.listStacks({ id: identity }, context);
  const stack = listed ?? (await heat.findStack(identity, context));
  return stack === undefined ? undefined : await heat.getStack(stack.stack_name, stack.id, context);
}

async function readStack(
  heat: HeatClient,
  stack: WholeStack,
  region: string | null,
  context: CallContext,
): Promise<Adoptable> {
  // To write its tags is an update: of a stack that has failed it would make what is missing.
  if (verdictOn(stack).health !== 'healthy' || stack.stack_status === 'ROLLBACK_COMPLETE') {
    const expected = 'a stack that is complete';
    const sentence = `identity: expected ${expected}, found ${quoteValue(stack.stack_status)}`;
    throw new CoppiceError('bad-request', sentence);
  }
  const parts = await heat.getParts(stack.stack_name, stack.id, context);
  const parameters = ownParameters(stack);
  return {
    physicalId: stack.id,
    name: stack.stack_name,
    nodeId: nodeOf(stack),
    region,
    properties: propertiesOf(stack, parts, parameters),
    missing: hiddenParameters(parameters),
  };
}

function propertiesOf(
  stack: JsonObject,
  {
    template,
    environment,
    files,
  }: { readonly template: Json; readonly environment: Json; readonly files: Json },
  parameters: JsonObject,
): JsonObject {
  const { timeout_mins: timeout, disable_rollback: disableRollback } = stack;
  return {
    template,
    parameters,
    files,
    environment: withoutParameters(environment),
    disable_rollback: disableRollback === true,
    ...(typeof timeout === 'number' ? { timeout } : {}),
  };
}

/** Those that Heat adds are not the user's. */
function ownParameters({ parameters }: JsonObject): JsonObject {
  const entries = Object.entries(isJsonObject(parameters) ? parameters : {});
  return Object.fromEntries(entries.filter(([name]) => !name.startsWith('OS::')));
}

/** Parameters of the environment are among those of the stack; what is empty is left out. */
function withoutParameters(environment: Json): JsonObject {
  if (!isJsonObject(environment)) return {};
  const { resource_registry: registry, parameter_defaults: defaults } = environment;
  const isMeaningful = (map: Json | undefined): map is JsonObject =>
    isJsonObject(map) && Object.values(map).some((one) => !isJsonObject(one) || Object.keys(one).length > 0);
  return {
    ...(isMeaningful(registry) ? { resource_registry: registry } : {}),
    ...(isMeaningful(defaults) ? { parameter_defaults: defaults } : {}),
  };
}

function hiddenParameters(parameters: JsonObject): Adoptable['missing'] {
  return Object.keys(parameters)
    .filter((name) => parameters[name] === HIDDEN)
    .map((name) => ({
      keys: ['parameters'],
      issue: {
        field: 'overrides.parameters',
        expected: `all parameters, with ${name}`,
        found: 'nothing',
        hint: 'Heat does not show its value',
      },
    }));
}

async function claimStack(
  heat: HeatClient,
  node: NodeFacts,
  { signal }: OperationRequest,
): Promise<PhysicalNode> {
  const doing = 'the stack could not be marked as the one of its node';
  const isOurs = (stack: Stack): boolean =>
    isMarkedAs(stack, node) && !stack.stack_status.endsWith('_IN_PROGRESS');
  try {
    const stack = await stackOfNode(heat, node, { signal });
    if (stack === undefined) throw new CoppiceError('operation-impossible', `${doing}: it does not exist`);
    if (!isMarkedAs(stack, node)) {
      const tags = [...userTags(stack), ...stackTags(node).split(',')];
      await heat.setTags(stack.stack_name, stack.id, tags, { signal });
    }
    const claimed = await awaitStack(heat, stack, isOurs, { signal });
    if (claimed?.stack_status.endsWith('_COMPLETE') === true) return { physicalId: stack.id, data: {} };
    const why = claimed === undefined ? 'it was deleted meanwhile' : stackStateText(claimed);
    throw new CoppiceError('operation-failed', `${doing}: ${why}`);
  } catch (error) {
    signal.throwIfAborted();
    throw operationError(error, doing);
  }
}
