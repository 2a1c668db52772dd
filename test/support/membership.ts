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

/** A store as if other processes could use its database, too. */
export function sharedStore(store: Store): Store {
  return {
    db: store.db,
    location: store.location,
    writeFailure: undefined,
    dataVersion: () => undefined,
    isExclusive: false,
    secrets: store.secrets,
    write: (work) => store.write(work),
    listen: (topic, listener) => store.listen(topic, listener),
    onCommitted: (listener) => store.onCommitted(listener),
    isFailure: (error) => store.isFailure(error),
    close: () => store.close(),
  };
}
