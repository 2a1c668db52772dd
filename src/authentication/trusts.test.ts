/** A user has one trust in Keystone, wherever Coppice is killed, and however many of it make one at once. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTestStore, type TestStore } from '../../test/support/backends.ts';
import { MortalStore, type Death } from '../../test/support/mortal-store.ts';
import { startCloudSimulator, type CloudSimulator } from '../cloud-simulator/cloud-simulator.ts';
import type { SimulatorUser } from '../cloud-simulator/settings.ts';
import { Secret } from '../domain/secret.ts';
import { CloudError } from '../openstack/cloud-error.ts';
import { CloudSession } from '../openstack/cloud-session.ts';
import { findSettings } from '../openstack/find-settings.ts';
import { KeystoneClient } from '../openstack/keystone-client.ts';
import { ServiceClient } from '../outbound/service-client.ts';
import { getTrustChange } from '../store/trust-changes.ts';
import { getTrust, refuseTrust } from '../store/trusts.ts';
import type { Store } from '../store/store.ts';
import type { PasswordCredential, Trustor } from './make-trust.ts';
import { Trusts } from './trusts.ts';

const password = 'of-all-users';
let simulator: CloudSimulator;
let sender: ServiceClient;
let keystone: KeystoneClient;
let credential: PasswordCredential;
let opened: TestStore;
let owner: { user: string; project: string };

beforeEach(async () => {
  const users: SimulatorUser[] = [{ name: 'alice', project: 'red', roles: ['member'] }];
  const latency = { answer_ms: 0, operation_ms: 0 };
  simulator = await startCloudSimulator({ password, settings: { users, latency } });
  const settings = findSettings({ env: simulator.environment });
  if (settings.credential.kind !== 'password') throw new Error('no password');
  credential = settings.credential;
  sender = new ServiceClient({ verifyTls: true });
  keystone = new KeystoneClient(new CloudSession({ settings, sender }));
  opened = await openTestStore();
  const { users: known, projects } = simulator.world.identity;
  owner = {
    user: [...known.values()].find(({ name }) => name === 'alice')?.id ?? '',
    project: [...projects.values()].find(({ name }) => name === 'red')?.id ?? '',
  };
});

afterEach(async () => {
  await opened.close();
  await sender.close();
  await simulator.close();
});

/** Alice with the roles that she has now. */
async function alice(): Promise<Trustor> {
  const domain = { id: 'default' };
  const identity = { methods: ['password'], password: { user: { name: 'alice', domain, password } } };
  const scope = { project: { name: 'red', domain } };
  const url = `${simulator.environment['OS_AUTH_URL']}/auth/tokens`;
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify({ auth: { identity, scope } }) });
  const token = new Secret(answer.headers.get('x-subject-token') ?? '');
  const { roles = [] } = simulator.world.identity.users.get(owner.user) ?? {};
  return { ...owner, userName: 'alice', projectName: 'red', token, roles };
}

function setRoles(roles: string[]): void {
  Object.assign(simulator.world.identity.users.get(owner.user) ?? {}, { roles });
}

function trustsOf(store: Store = opened.store, now = Date.now): Trusts {
  return new Trusts({ store, keystone, credential, now });
}

/** As of several processes: none can know that the others are gone. */
function shared(store: Store = opened.store): Store {
  return bound(store, { isExclusive: false });
}

/** The same object with some of its members changed. */
function bound<T extends object>(object: T, changed: Partial<T>): T {
  return new Proxy(object, {
    get(target, key) {
      if (key in changed) return changed[key as keyof T];
      const member: unknown = Reflect.get(target, key);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}

const inKeystone = (): string[] => [...simulator.world.identity.trusts.keys()];

/** One is in Keystone, it is of use, the row names it, and nothing is left to do. */
async function expectOne(): Promise<void> {
  const trust = await getTrust(opened.store.db, owner);
  expect(inKeystone()).toEqual([trust?.id]);
  expect(await getTrustChange(opened.store.db, owner)).toBeUndefined();
  expect(trust).toMatchObject({ refusal: null, roles: (await alice()).roles.toSorted() });
  const scope = { kind: 'trust', trustId: trust?.id ?? '' } as const;
  expect(await keystone.accepts({ ...credential, scope }, { signal: new AbortController().signal })).toBe(
    true,
  );
}

/** What is so before the request in which Coppice is killed. */
const scenes: Readonly<Record<string, () => Promise<void>>> = {
  'the first request of a user': () => Promise.resolve(),
  async 'a trust that was deleted in Keystone'() {
    await trustsOf().ensure(await alice());
    const [id = ''] = inKeystone();
    simulator.world.identity.removeTrust(id);
    await opened.store.write((tx) => refuseTrust(tx, { ...owner, id }, 'gone'));
  },
  async 'a trust whose role was taken away, with another role since'() {
    await trustsOf().ensure(await alice());
    const [id = ''] = inKeystone();
    await opened.store.write((tx) => refuseTrust(tx, { ...owner, id }, 'no role'));
    setRoles(['reader']);
  },
  async 'a trust that was refused, and is of use again'() {
    await trustsOf().ensure(await alice());
    const [id = ''] = inKeystone();
    await opened.store.write((tx) => refuseTrust(tx, { ...owner, id }, 'disabled'));
  },
  async 'a user with one role more'() {
    await trustsOf().ensure(await alice());
    setRoles(['member', 'heat_stack_owner']);
  },
};

describe.each(Object.entries(scenes))('Killed at any write: %s', (_name, arrange) => {
  test.each(['before', 'after'] as const)(
    '%s its commit, the next request leaves one trust',
    async (when) => {
      for (let at = 1; ; at += 1) {
        for (const id of inKeystone()) simulator.world.identity.removeTrust(id);
        await opened.store.write((tx) => tx.db.deleteFrom('trust').execute());
        setRoles(['member']);
        await arrange();
        const store = new MortalStore(opened.store, { at, when } satisfies Death);
        const done = trustsOf(store).ensure(await alice());
        await Promise.race([done, store.died.promise]);
        await trustsOf().ensure(await alice());
        await expectOne();
        if (!store.isDead) return;
        expect(at).toBeLessThan(10);
      }
    },
  );

  test('with other roles at the next request, it leaves one as well', async () => {
    for (let at = 1; ; at += 1) {
      for (const id of inKeystone()) simulator.world.identity.removeTrust(id);
      await opened.store.write((tx) => tx.db.deleteFrom('trust').execute());
      setRoles(['member']);
      await arrange();
      const store = new MortalStore(opened.store, { at, when: 'before' });
      const done = trustsOf(store).ensure(await alice());
      await Promise.race([done, store.died.promise]);
      setRoles(['member', 'reader', 'heat_stack_owner']);
      await trustsOf().ensure(await alice());
      await expectOne();
      if (!store.isDead) return;
    }
  });
});

test.each(Object.entries(scenes))('Processes that do it at once leave one: %s', async (_name, arrange) => {
  await arrange();
  const who = await alice();
  await Promise.all(Array.from({ length: 3 }, () => trustsOf(shared()).ensure(who)));
  await expectOne();
});

test('what a process holds that is gone is taken over after a while', async () => {
  const store = new MortalStore(opened.store, { at: 3, when: 'before' });
  void trustsOf(shared(store)).ensure(await alice());
  await store.died.promise;
  expect(inKeystone()).toHaveLength(1);
  await trustsOf(shared(), () => Date.now() + 60_000).ensure(await alice());
  await expectOne();
});

test('trusts that others have made with the same user are left alone', async () => {
  await trustsOf().ensure(await alice());
  const { trusts } = simulator.world.identity;
  const [own] = [...trusts.values()];
  if (own === undefined) throw new Error('no trust');
  const theirs = { ...own, id: randomUUID(), roles: ['reader'] };
  trusts.set(theirs.id, theirs);
  setRoles(['member', 'heat_stack_owner']);
  await trustsOf().ensure(await alice());
  expect(inKeystone()).toContain(theirs.id);
  expect(inKeystone()).toHaveLength(2);
});

test('where Keystone lists no trusts, one is made all the same, and the one before is deleted', async () => {
  const forbidden = new CloudError({
    service: 'identity',
    request: 'GET /OS-TRUST/trusts',
    status: 403,
    reason: 'not allowed',
    requestId: null,
    mayHaveHappened: false,
    retryAfterMs: null,
  });
  const blind = bound(keystone, { listTrusts: () => Promise.reject(forbidden) });
  const trusts = () => new Trusts({ store: opened.store, keystone: blind, credential });
  await trusts().ensure(await alice());
  setRoles(['member', 'reader']);
  await trusts().ensure(await alice());
  await expectOne();
});
