/** The nodes of a demo's cluster, as the API shows them. */
import type { JsonObject } from '../../domain/json.ts';
import type { Stage } from './stage.ts';

export const clusterName = 'web';

export interface DemoNode {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  /** null: it has none. */
  readonly physicalId: string | null;
  /** What Coppice and the profile type know of it: pid and port of a process. */
  readonly details: JsonObject;
}

/** By name: web-2 before web-10. */
export async function readNodes({ api }: Pick<Stage, 'api'>): Promise<DemoNode[]> {
  const nodes = await api.read('GET /v1/nodes', 'nodes', { query: { cluster_id: [clusterName] } });
  const inOrder = nodes.toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
  return Promise.all(
    inOrder.map(async ({ id, name, status }) => {
      const {
        details,
        data,
        physical_id: physicalId,
      } = await api.read('GET /v1/nodes/{node}', 'node', {
        path: { node: id },
        query: { show_details: true },
      });
      return { id, name, status, physicalId, details: { ...data, ...details } };
    }),
  );
}
