import { randomUUID } from 'node:crypto';
import type { NewAction } from '../../src/store/actions.ts';

/** An action to enqueue, with what a test does not care about filled in. */
export function newAction(action: string, overrides: Partial<NewAction> = {}): NewAction {
  return {
    id: randomUUID(),
    name: action.toLowerCase(),
    action,
    cause: 'RPC Request',
    target: 'target',
    clusterId: null,
    parentId: null,
    inputs: {},
    timeout: 0,
    locks: [],
    owner: { project: 'default', user: 'default', domain: null },
    ...overrides,
  };
}
