/**
 * What every profile type promises (src/profiles/profile-type.ts), held against the real outside, or the
 * simulated cloud. What is special to one type is tested beside its source.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CoppiceError } from '../../src/domain/errors.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import type {
  KeptObject,
  NodeFacts,
  OperationRequest,
  ProfileType,
  Retention,
} from '../../src/profiles/profile-type.ts';
import { openProperties, sealSpec } from '../../src/secrets/spec-secrets.ts';
import { SecretBox } from '../../src/store/secret-box.ts';
import { eventually } from '../support/eventually.ts';
import { heatStackSubject, novaServerSubject } from './cloud-worlds.ts';
import type { ContractWorld } from './contract-world.ts';
import { localProcessSubject } from './local-process-world.ts';

const secrets = SecretBox.ofThisProcess();
const never = new AbortController().signal;
const cancelled = new CoppiceError('cancelled', 'the operation was cancelled');

describe.each([localProcessSubject, novaServerSubject, heatStackSubject])('$name', (subject) => {
  let world: ContractWorld;
  let type: ProfileType;

  beforeEach(async () => {
    world = await subject.open();
    type = world.coppice();
  });
  afterEach(async () => {
    await world.close();
  });

  /** As the store has nodes: their properties are checked, have their defaults, and are encrypted. */
  function checked(node: NodeFacts): NodeFacts {
    const { name, version } = type;
    const given = { type: name, version, properties: node.properties };
    const sealed = sealSpec(secrets, type, given).properties;
    const check = type.check(sealed, { isStored: true });
    if (!check.ok) throw new Error(JSON.stringify(check.issues));
    const decrypt = (properties: JsonObject) =>
      openProperties(secrets, type, properties, { kind: 'profile', name: 'x' });
    return { ...node, properties: check.properties, decrypt };
  }
  const newNode = (properties?: JsonObject): NodeFacts => checked(world.node(properties));

  async function created(node = newNode(), key = 'create'): Promise<NodeFacts> {
    return { ...node, ...(await type.create(node, { key, signal: never })) };
  }

  async function seen(node: NodeFacts, by = type): Promise<string> {
    const verdict = await by.probe(node, never);
    return verdict.health === 'unhealthy' ? verdict.failure : verdict.health;
  }

  async function changesAre(node: NodeFacts, count: number): Promise<void> {
    await expect.poll(() => world.changes(node), { timeout: 10_000 }).toBe(count);
  }

  describe('create', () => {
    test('makes one thing, which is healthy', async () => {
      const node = await created();
      expect(node.physicalId).not.toBe('');
      expect(world.existing(node)).toHaveLength(1);
      expect(await seen(node)).toBe('healthy');
    });

    test('repeated with the same key, also by another Coppice, finds what the first one made', async () => {
      const node = newNode();
      const first = await type.create(node, { key: 'k', signal: never });
      expect(await type.create(node, { key: 'k', signal: never })).toEqual(first);
      expect(await world.coppice().create(node, { key: 'k', signal: never })).toEqual(first);
      await changesAre(node, 1);
      expect(world.existing(node)).toHaveLength(1);
    });

    test('cut off before Coppice heard of it is not made twice', async () => {
      const node = newNode();
      world.slowDown();
      await world.createAndCrash(node, 'k');
      expect(await seen(await created(node, 'k'))).toBe('healthy');
      await changesAre(node, 1);
      expect(world.existing(node)).toHaveLength(1);
    });

    test('that failed says the reason of the outside, and leaves nothing that runs', async () => {
      const { node, reason } = world.failing();
      const error = await errorOf(type.create(checked(node), { key: 'k', signal: never }));
      expect(error).toMatchObject({ code: 'operation-failed', retryable: true });
      expect(error.message).toMatch(reason);
      expect(world.existing(node)).toEqual([]);
      expect(world.isAtWork(node)).toBe(false);
    });

    test('that can never succeed says that a retry does not help, and why', async () => {
      const { node, reason } = world.impossible();
      const error = await errorOf(type.create(checked(node), { key: 'k', signal: never }));
      expect(error).toMatchObject({ code: 'operation-impossible', retryable: false });
      expect(error.message).toMatch(reason);
      expect(world.existing(node)).toEqual([]);
    });

    test('aborted in the middle ends with the reason, and nothing is under way any more', async () => {
      const node = newNode();
      world.slowDown();
      const controller = new AbortController();
      const creation = errorOf(type.create(node, { key: 'k', signal: controller.signal }));
      await eventually('it has begun', () => world.existing(node).length > 0);
      controller.abort(cancelled);
      expect(await creation).toMatchObject({ code: 'cancelled' });
      expect(world.isAtWork(node)).toBe(false);
      expect(await seen(await created(node, 'k'))).toBe('healthy');
      expect(world.existing(node)).toHaveLength(1);
    });

    test('aborted from the start begins nothing', async () => {
      const node = newNode();
      const request = { key: 'k', signal: AbortSignal.abort(cancelled) };
      expect(await errorOf(type.create(node, request))).toMatchObject({ code: 'cancelled' });
      expect(world.existing(node)).toEqual([]);
      expect(world.changes(node)).toBe(0);
    });

    test('aborted from the start sees what an earlier request has begun to its end', async () => {
      const node = newNode();
      world.slowDown();
      await world.createAndCrash(node, 'k');
      const request = { key: 'k', signal: AbortSignal.abort(cancelled) };
      expect(await errorOf(type.create(node, request))).toMatchObject({ code: 'cancelled' });
      expect(world.isAtWork(node)).toBe(false);
      await changesAre(node, 1);
    });
  });

  describe('surge', () => {
    test('makes a second one beside the first, which both are healthy, once for a key', async () => {
      const node = await created();
      const beside = await type.surge?.create(node, { key: 's', signal: never });
      const again = await world.coppice().surge?.create(node, { key: 's', signal: never });
      expect(again).toEqual(beside);
      expect(world.existing(node)).toHaveLength(2);
      expect(await seen(node)).toBe('healthy');
      expect(await seen({ ...node, ...beside })).toBe('healthy');
    });

    test.each(['first', 'second'] as const)('keeps the %s, and removes the other one', async (which) => {
      const node = await created();
      const first = { physicalId: node.physicalId ?? '', data: node.data };
      const second = await type.surge?.create(node, { key: 's', signal: never });
      if (second === undefined) throw new Error('the type has no surge');
      const [kept, gone] = which === 'first' ? [first, second] : [second, first];
      await world.coppice().surge?.removeExcept({ ...node, ...gone }, [kept], { key: 'r', signal: never });
      await type.surge?.removeExcept({ ...node, ...kept }, [kept], { key: 'r2', signal: never });
      expect(world.existing({ ...node, ...kept })).toHaveLength(1);
      expect(await seen({ ...node, ...gone })).not.toBe('healthy');
      expect(await seen({ ...node, ...kept })).toBe('healthy');
      await type.remove({ ...node, ...kept }, { key: 'r3', signal: never });
      expect(world.existing(node)).toEqual([]);
    });

    test('removes also what no record names', async () => {
      const node = await created();
      await type.surge?.create(node, { key: 'lost', signal: never });
      await type.surge?.create(node, { key: 'lost too', signal: never });
      const kept = { physicalId: node.physicalId ?? '', data: node.data };
      await type.surge?.removeExcept(node, [kept], { key: 'r', signal: never });
      expect(world.existing(node)).toHaveLength(1);
      expect(await seen(node)).toBe('healthy');
    });
  });

  const withRetention = subject.seenStopped === null ? (): void => {} : describe;
  withRetention('retention', () => {
    const retention = (by = type): Retention => {
      if (typeof by.retention !== 'object') throw new Error('the type has no retention');
      return by.retention;
    };
    const keptOf = ({ id: nodeId, physicalId, data, session }: NodeFacts): KeptObject => ({
      nodeId,
      physicalId: physicalId ?? '',
      data,
      session,
    });
    const beside = async (node: NodeFacts, key: string): Promise<NodeFacts> => {
      const made = await type.surge?.create({ ...node, physicalId: null, data: {} }, { key, signal: never });
      return { ...node, ...made };
    };

    test('stops what the node has; a second time, by whichever Coppice, is a success', async () => {
      const [node, other] = [await created(), await created(newNode(), 'another')];
      world.slowDown();
      expect(await retention().stop(node, { key: 's', signal: never })).toBe(true);
      expect(await seen(node)).toBe(subject.seenStopped);
      expect(world.isAtWork(node)).toBe(false);
      expect(await retention().stop(node, { key: 's', signal: never })).toBe(true);
      expect(await retention(world.coppice()).stop(node, { key: 's2', signal: never })).toBe(true);
      expect(await seen(other)).toBe('healthy');
    });

    test('aborted from the start stops nothing', async () => {
      const node = await created();
      const request = { key: 's', signal: AbortSignal.abort(cancelled) };
      expect(await errorOf(retention().stop(node, request))).toMatchObject({ code: 'cancelled' });
      expect(await seen(node)).toBe('healthy');
    });

    test('says where what is kept is', async () => {
      const node = await created();
      expect(retention().location(keptOf(node))).toMatch(/^(server [0-9a-f-]{36}|\/.*local\.process\/.+)$/);
    });

    test('the node gets another one beside it, and it is removed alone, also without its node', async () => {
      const first = await created();
      await retention().stop(first, { key: 's', signal: never });
      const second = await beside(first, 'c');
      await retention().stop(second, { key: 's2', signal: never });
      const third = await beside(first, 'c2');
      expect(await seen(third)).toBe('healthy');
      const kept = [keptOf(first), keptOf(second)];
      await type.surge?.removeExcept(third, [...kept, keptOf(third)], { key: 'r', signal: never });
      await retention(world.coppice()).remove(keptOf(second), { key: 'r2', signal: never });
      expect(await world.isThere(second)).toBe(false);
      expect(await world.isThere(first)).toBe(true);
      expect(await seen(third)).toBe('healthy');
      await type.surge?.removeExcept(third, [keptOf(first)], { key: 'r3', signal: never });
      expect(await world.isThere(third)).toBe(false);
      expect(await world.isThere(first)).toBe(true);
      for (const key of ['r4', 'r5']) await retention().remove(keptOf(first), { key, signal: never });
      expect(await world.isThere(first)).toBe(false);
      expect(world.existing(first)).toEqual([]);
    });
  });

  describe('remove', () => {
    test('is over when nothing is left, and a second time is a success', async () => {
      const node = await created();
      world.slowDown();
      await type.remove(node, { key: 'r', signal: never });
      expect(world.existing(node)).toEqual([]);
      await type.remove(node, { key: 'r', signal: never });
      await world.coppice().remove(node, { key: 'another', signal: never });
    });

    test('of a node that was never created is a success', async () => {
      await type.remove(newNode(), { key: 'r', signal: never });
    });

    test('of what was ended behind our back is a success', async () => {
      const node = await created();
      await world.lose(node);
      await type.remove(node, { key: 'r', signal: never });
    });

    test('finds what a create has made whose answer was lost, and leaves other nodes alone', async () => {
      const [node, other] = [newNode(), await created()];
      await world.createAndCrash(node, 'k');
      await type.remove(node, { key: 'r', signal: never });
      expect(world.existing(node)).toEqual([]);
      expect(await seen(other)).toBe('healthy');
    });

    test('aborted from the start removes nothing', async () => {
      const node = await created();
      const request = { key: 'r', signal: AbortSignal.abort(cancelled) };
      expect(await errorOf(type.remove(node, request))).toMatchObject({ code: 'cancelled' });
      expect(await seen(node)).toBe('healthy');
    });
  });

  describe('a probe', () => {
    test('of a node that was never created finds it unhealthy', async () => {
      expect(await seen(newNode())).toBe('NOT_CREATED');
    });

    test('of what was ended behind our back finds it unhealthy, not unknown', async () => {
      const node = await created();
      await world.lose(node);
      for (const one of [type, world.coppice()])
        expect(['SERVER_DELETED', 'PROCESS_EXITED']).toContain(await seen(node, one));
    });

    test('is unknown while the outside cannot be asked, and says what could not be seen', async () => {
      const node = await created();
      world.hide();
      const verdict = await type.probe(node, never);
      expect(verdict.health).toBe('unknown');
      const thing = node.physicalId?.split('.')[0] ?? '';
      expect(verdict.reason).toMatch(new RegExp(`^cannot see (process|server|stack) ${thing}: .+`));
    });

    test('changes nothing, and neither do the details', async () => {
      const node = await created();
      await changesAre(node, 1);
      for (const each of [node, newNode()]) {
        await type.probe(each, never);
        await type.details(each, never);
      }
      expect(world.changes(node)).toBe(1);
    });

    test('by requests that are shared says the same', async () => {
      const shared = type.sharedProbes;
      if (shared === undefined) return;
      const [node, lost] = [await created(), await created(newNode(), 'another')];
      await world.lose(lost);
      const both = async (): Promise<void> => {
        for (const each of [node, lost, newNode()])
          expect(plain(await shared.status(each, never))).toEqual(plain(await type.probe(each, never)));
      };
      await both();
      world.hide();
      await both();
    });
  });

  const withReboot = subject.hasReboot ? describe : (): void => {};
  withReboot('reboot', () => {
    const reboot = async (node: NodeFacts, request: OperationRequest, by = type): Promise<NodeFacts> => {
      const operation = by.operations['reboot'];
      if (operation === undefined) throw new Error('there is no reboot');
      return { ...node, ...(await operation.run(node, { type: 'HARD' }, request)) };
    };
    test('repeated with the same key happens once, with another key again', async () => {
      const node = await created();
      const first = await reboot(node, { key: 'k', signal: never });
      expect(await reboot(node, { key: 'k', signal: never })).toEqual(first);
      expect(await reboot(node, { key: 'k', signal: never }, world.coppice())).toEqual(first);
      await changesAre(node, 2);
      const last = await reboot(first, { key: 'another', signal: never });
      await changesAre(node, 3);
      expect(world.existing(node)).toHaveLength(1);
      expect(await seen(last)).toBe('healthy');
    });

    test('is over when the node is healthy', async () => {
      const node = await created();
      world.slowDown();
      const rebooted = await reboot(node, { key: 'k', signal: never });
      expect(world.isAtWork(node)).toBe(false);
      expect(await seen(rebooted)).toBe('healthy');
    });

    test('aborted from the start begins nothing', async () => {
      const node = await created();
      const request = { key: 'k', signal: AbortSignal.abort(cancelled) };
      expect(await errorOf(reboot(node, request))).toMatchObject({ code: 'cancelled' });
      await changesAre(node, 1);
    });
  });

  for (const operation of subject.answered)
    test(`${operation} whose answer is lost is carried out once, and awaited`, async () => {
      const node = operation === 'create' ? newNode() : await created();
      const request = { key: 'k', signal: never };
      world.slowDown();
      world.loseAnswer(operation);
      if (operation === 'create') await type.create(node, request);
      else if (operation === 'remove') await type.remove(node, request);
      else await type.operations['reboot']?.run(node, { type: 'HARD' }, request);
      expect(world.changes(node)).toBe(operation === 'reboot' ? 2 : 1);
      expect(world.existing(node)).toHaveLength(operation === 'remove' ? 0 : 1);
      expect(world.isAtWork(node)).toBe(false);
    });

  describe('a spec', () => {
    test.each(subject.refused)('is refused with the name of the field: %s (%#)', (field, properties) => {
      const check = type.check(properties);
      const issues = check.ok ? [] : check.issues;
      expect(issues.map((issue) => issue.field)).toContain(field);
      for (const { expected, found } of issues) {
        expect(expected).not.toBe('');
        expect(found).not.toBe('');
      }
    });

    test('that was checked is checked to the same', () => {
      const { properties } = newNode();
      expect(type.check(properties)).toEqual({ ok: true, properties });
    });

    test('is described by its schema, key by key', () => {
      expect(Object.keys(newNode().properties).filter((key) => !(key in type.fields))).toEqual([]);
    });

    test.each(subject.secrets)('keeps secrets from the details and the verdicts', async (secret) => {
      const node = await created(newNode(secret.properties));
      expect(JSON.stringify(node)).not.toContain(secret.text);
      const shown = JSON.stringify([await type.details(node, never), await type.probe(node, never)]);
      expect(shown).not.toContain(secret.text);
    });
  });
});

/** Without the id that the cloud gave to the request. */
function plain(verdict: Verdict): Verdict {
  return { ...verdict, reason: verdict.reason.replace(/ \(req-[^)]*\)/, '') };
}

async function errorOf(promise: Promise<unknown>): Promise<CoppiceError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof CoppiceError) return error;
  throw new Error(`expected a CoppiceError, found ${String(error)}`);
}
