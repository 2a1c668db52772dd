/** One attribute of every node of a cluster. */
import { readAttributePath, valueAt } from '../domain/attribute-path.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Node } from '../domain/model.ts';
import { requireObject } from './find-object.ts';
import { nodeDetails } from './nodes.ts';
import type { Caller, RequestTools } from './request-tools.ts';

export interface Attribute {
  readonly id: string;
  readonly value: Json;
}

/** Requests to the outside for details that run at once. */
const DETAILS_AT_ONCE = 10;

/** A node, and how the API shows it. */
export interface ShownNode {
  readonly node: Node;
  readonly shown: object;
}

/**
 * Nodes without the attribute are left out. Only a path with `details` asks for what the node is outside.
 * @param show all nodes of a cluster. @throws CoppiceError `bad-request` for a path that is none.
 */
export async function collectAttributes(
  tools: RequestTools,
  caller: Caller,
  identity: string,
  path: string,
  show: (clusterId: string) => Promise<readonly ShownNode[]>,
): Promise<Attribute[]> {
  const steps = readAttributePath(path);
  const cluster = await requireObject(tools.store.db, caller, 'cluster', identity);
  const nodes = await show(cluster.id);
  const details = path.includes('details') ? await detailsOf(tools, nodes) : undefined;
  return nodes.flatMap(({ node, shown }, at) => {
    const whole = { ...shown, ...(details && { details: details[at] ?? {} }) } as JsonObject;
    const value = valueAt(whole, steps);
    return value === undefined ? [] : [{ id: node.id, value }];
  });
}

async function detailsOf(tools: RequestTools, nodes: readonly ShownNode[]): Promise<Json[]> {
  const details: Json[] = [];
  const left = nodes.entries();
  const readers = Array.from({ length: DETAILS_AT_ONCE }, async () => {
    for (const [at, { node }] of left) details[at] = await nodeDetails(tools, node);
  });
  await Promise.all(readers);
  return details;
}
