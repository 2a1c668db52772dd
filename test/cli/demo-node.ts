/** A node as the demo reads it, for tests that care for a few of its fields. */
import type { DemoNode } from '../../src/cli/demo/demo-node.ts';

type SeenNode = DemoNode & { readonly answers: boolean };

export function demoNode(name: string, changes: Partial<SeenNode> = {}): SeenNode {
  const made = { id: `id of ${name}`, physicalId: `server of ${name}`, details: {} };
  return { ...made, name, status: 'ACTIVE', answers: true, ...changes };
}
