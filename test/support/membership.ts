import { Membership } from '../../src/membership/membership.ts';
import type { Store } from '../../src/store/store.ts';

export function testMembership(store: Store): Membership {
  return new Membership({ store, host: 'test', roles: ['engine'] });
}

/** For a process that starts an engine or a runner. */
export async function joined(store: Store): Promise<Membership> {
  const membership = testMembership(store);
  await membership.join();
  return membership;
}
