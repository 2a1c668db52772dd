/** A node of the demo as a process that answers at a port of this machine. */
import { textOf } from '../../rendering/text-of.ts';
import type { DemoNode } from '../demo-node.ts';

export function pidOf({ details }: DemoNode): number {
  return Number(details['pid']);
}

export function urlOf({ details }: DemoNode): string {
  return `http://127.0.0.1:${textOf(details['port'])}`;
}

/** Requests the node itself, as one of its users would. */
export async function answersHealthy(node: DemoNode): Promise<boolean> {
  const response = await fetch(urlOf(node), { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
  return response?.status === 200 && (await response.text()).startsWith(`ok ${node.name}`);
}
