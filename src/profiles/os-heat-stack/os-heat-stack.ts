/**
 * Profile type `os.heat.stack` 1.0: a node is a stack of an OpenStack cloud.
 *
 *     spec.ts           what may be written               owned-stacks.ts   which stacks are a node's
 *     create-stack.ts   created once, whatever crashes    remove-stack.ts   nothing is left behind
 *     update-stack.ts   a new profile for it, once
 *     adopt-stack.ts    one that exists becomes a node
 *     await-stack.ts    to the real end                   verdict.ts        what its state says of the node
 *
 * Its health is the status that Heat shows. Heat examines the resources of a stack only when it is asked for
 * a check; a probe changes nothing, and so does not ask for one. Senlin has no operation of a stack that does
 * anything, and there is none here.
 */
import { hidingSecrets } from '../hide-secrets.ts';
import type { Issue } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { CloudError } from '../../openstack/cloud-error.ts';
import type { CallContext } from '../../openstack/cloud-request.ts';
import type { Clouds } from '../../openstack/cloud.ts';
import type { HeatClient, Stack } from '../../openstack/heat-client.ts';
import { cloudEvents, type CloudNotifications } from '../cloud-events.ts';
import { cloudOf, NO_CLOUD } from '../node-cloud.ts';
import type { NodeFacts, ProfileType } from '../profile-type.ts';
import { stackAdoption } from './adopt-stack.ts';
import { createStack } from './create-stack.ts';
import { stackOfNode } from './owned-stacks.ts';
import { removeStack, removeStacksExcept } from './remove-stack.ts';
import { checkSpec, fields, stackBody, wholeSpecOf } from './spec.ts';
import { stackUpdate } from './update-stack.ts';
import { deleted, rolledBack, verdictOn } from './verdict.ts';

/** Longest that the creation of a profile waits for Heat. */
const EXAMINE_MS = 15_000;

export interface HeatStackOptions {
  /** undefined: this Coppice works with no cloud. */
  readonly clouds: Clouds | undefined;
  readonly notifications?: CloudNotifications;
}

export function heatStack({ clouds, notifications }: HeatStackOptions): ProfileType {
  return hidingSecrets({
    name: 'os.heat.stack',
    version: '1.0',
    noun: 'stack',
    supportStatus: [{ status: 'SUPPORTED', since: '2016.04' }],
    fields,
    check: checkSpec,
    cloudService: 'orchestration',
    examine: (properties, region) => examine(clouds, properties, region),
    create: (node, request) => createStack(cloudOf(clouds, node).heat, node, request),
    remove: (node, request) => removeStack(cloudOf(clouds, node).heat, node, request),
    surge: {
      // What a template fixes, such as an address, only Heat knows: then it refuses the second stack.
      obstacles: () => [],
      create: (node, request) => createStack(cloudOf(clouds, node).heat, node, request),
      removeExcept: (node, kept, request) =>
        removeStacksExcept(cloudOf(clouds, node).heat, node, kept, request),
    },
    retention: 'Heat cannot stop a stack as a whole',
    probe: (node, signal) => probe(clouds, node, signal),
    detectionModes: ['NODE_STATUS_POLLING', 'NODE_STATUS_POLL_URL', 'LIFECYCLE_EVENTS'],
    ...cloudEvents(notifications, (event) => (event.kind === 'STACK' ? { physicalId: event.id } : null)),
    withoutDomain: {
      ZONE: 'the servers of one stack may be in several availability zones',
      HOST: 'the servers of one stack may be on several hosts',
    },
    operations: {},
    adoption: stackAdoption((holder) => cloudOf(clouds, holder)),
    update: stackUpdate((node) => cloudOf(clouds, node).heat),
    details: (node, signal) => describe(cloudOf(clouds, node).heat, node, { signal }),
    endpointParts: () => [],
    endpoint: () => ({}),
  });
}

/** Heat says of the template whether it would take it, and creates nothing. */
async function examine(
  clouds: Clouds | undefined,
  properties: JsonObject,
  region: string | null,
): Promise<Issue[]> {
  if (clouds === undefined) return [{ field: '', expected: 'a cloud', found: 'none', hint: NO_CLOUD }];
  try {
    const body = { ...stackBody(wholeSpecOf(properties)), stack_name: 'coppice-preview' };
    await clouds.service
      .inRegion(region)
      .heat.previewStack(body, { signal: AbortSignal.timeout(EXAMINE_MS) });
    return [];
  } catch (error) {
    if (error instanceof CloudError && error.status === 400)
      return [{ field: 'template', expected: 'one that Heat takes', found: error.reason }];
    // A cloud that is away says nothing about the profile: its nodes will tell.
    if (error instanceof CloudError || error instanceof DOMException) return [];
    throw error;
  }
}

async function probe(clouds: Clouds | undefined, node: NodeFacts, signal: AbortSignal): Promise<Verdict> {
  const { physicalId } = node;
  if (clouds === undefined) return { health: 'unknown', reason: NO_CLOUD };
  if (physicalId === null)
    return { health: 'unhealthy', failure: 'NOT_CREATED', reason: 'no stack was created for this node' };
  try {
    const { heat } = cloudOf(clouds, node);
    const stack = await stackOfNode(heat, node, { signal }, 0);
    if (stack === undefined) return deleted(physicalId);
    const isEmpty = stack.stack_status === rolledBack && (await hasNothing(heat, stack, signal));
    return verdictOn(stack, isEmpty);
  } catch (error) {
    return { health: 'unknown', reason: `cannot see stack ${physicalId}: ${(error as Error).message}` };
  }
}

async function hasNothing(heat: HeatClient, stack: Stack, signal: AbortSignal): Promise<boolean> {
  const resources = await heat.listResources(stack.stack_name, stack.id, { signal });
  return resources.every(({ resource_status: status }) => status === 'DELETE_COMPLETE');
}

/** The stack as Heat shows it, with parameters and outputs: Senlin's details. */
async function describe(heat: HeatClient, node: NodeFacts, context: CallContext): Promise<JsonObject> {
  const failure = (error: CloudError): JsonObject => ({
    Error: { code: error.status ?? 0, message: error.message },
  });
  try {
    const found = await stackOfNode(heat, node, context, 0);
    if (found === undefined) return {};
    const { links: _, ...stack } = (await heat.getStack(found.stack_name, found.id, context)) as JsonObject;
    return stack;
  } catch (error) {
    if (error instanceof CloudError) return failure(error);
    throw error;
  }
}
