import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import type { KillPoint } from './killing-cloud.ts';
import type { RecoveringProcess } from './recovering-process.ts';
import { RecoveryScene } from './recovery-scene.ts';
import type { Prepared } from './recovery-scene.ts';
import { shapes } from './recovery-shapes.ts';
import type { Shape } from './recovery-shapes.ts';

/** For a state that is reached in a second or two on a machine that has nothing else to do. */
const patienceMs = 45_000;

async function untilIdle(scene: RecoveryScene, process: RecoveringProcess): Promise<void> {
  const idleOrOver = async (): Promise<boolean> => process.isOver || (await scene.unfinished()) === 0;
  await eventually('every recovery ends', idleOrOver, patienceMs);
}

/** What is true of a recovery however often it was killed. @param undisturbed the end of one that never was. */
async function expectSameEnd(scene: RecoveryScene, prepared: Prepared, undisturbed?: object): Promise<void> {
  const { shape, nodeIds } = prepared;
  for (const nodeId of nodeIds) {
    const end = await scene.endOf(prepared, nodeId);
    if (undisturbed !== undefined) expect(end, shape.name).toEqual(undisturbed);
    expect(end, shape.name).toMatchObject({ isQuarantined: false, ...shape.end });
    const isCertain = (effect: string): boolean => undisturbed === undefined || effect !== shape.brokenOff;
    expect(scene.cloud.effectsOf(nodeId).filter(isCertain)).toEqual(shape.effects.filter(isCertain));
  }
}

describe('a recovery that is killed before and after each of its effects', () => {
  let scene: RecoveryScene;
  let process: RecoveringProcess;

  /** A life lasts from a kill in one test to the first in the next. */
  beforeAll(async () => {
    scene = await RecoveryScene.open();
    process = await scene.startProcess();
  });

  afterAll(() => scene.close());

  /** All of them side by side, each to its own point; there the process is killed, once, and the next one goes on. */
  async function killAt(shape: Shape, points: readonly KillPoint[]): Promise<Prepared[]> {
    const prepared: Prepared[] = [];
    for (const point of points) prepared.push(await scene.prepare(shape, point));
    process.kick();
    const nodes = prepared.flatMap(({ nodeIds }) => nodeIds);
    const allSilent = (): boolean => scene.cloud.notYetSilent(nodes).length === 0;
    await eventually('every recovery stands where it is killed', allSilent, patienceMs);
    await process.kill();
    await expectStillOpen(prepared, points);
    process = await scene.startProcess();
    await untilIdle(scene, process);
    return prepared;
  }

  /** Whatever has an effect belongs to an open episode, hooks of its end included, and nothing else may touch the node. */
  async function expectStillOpen(killed: readonly Prepared[], points: readonly KillPoint[]): Promise<void> {
    const atEffects = killed.filter((_, index) => points[index]?.at !== 'look');
    const nodes = atEffects.flatMap(({ nodeIds }) => nodeIds);
    expect(await scene.underRecovery(nodes)).toEqual(nodes);
  }

  const named = shapes.map((shape) => [shape.name, shape] as const);
  it.each(named)('%s', { timeout: 120_000 }, async (_, shape) => {
    const undisturbed = await scene.prepare(shape);
    process.kick();
    await untilIdle(scene, process);
    await expectSameEnd(scene, undisturbed);
    expectRepeats(undisturbed, [[]]);
    const end = await scene.endOf(undisturbed, undisturbed.nodeIds[0] ?? '');
    for (const points of groupsOfPoints(shape)) {
      for (const [index, killed] of (await killAt(shape, points)).entries()) {
        await expectSameEnd(scene, killed, end);
        const point = points[index];
        if (point !== undefined) expectRepeats(killed, repeatsAfter(shape, point));
      }
    }
    expect(await scene.leftovers()).toEqual([]);
  });

  /** What was answered is known to be done, and not asked for again, not even with the same key. */
  function expectRepeats({ nodeIds }: Prepared, expected: readonly string[][]): void {
    for (const node of nodeIds) expect(expected).toContainEqual(scene.cloud.repeatsOf(node));
  }
});

/** What may have been asked for again, and nothing else: one of these. */
function repeatsAfter({ effects, brokenOff }: Shape, { at }: KillPoint): string[][] {
  const effect = at === 'look' ? undefined : effects[at];
  if (effect === undefined) return [[]];
  // Its time may be up before it could be asked for again.
  if (effect === brokenOff) return [[effect], []];
  // Who had heard the cancel died before he did it: he has to be asked again.
  return effect === 'break-off' ? [['cancel', effect]] : [[effect]];
}

/** Those at what is broken off by a time that passes have a life of their own: nothing else keeps them waiting. */
function groupsOfPoints({ effects, brokenOff }: Shape): KillPoint[][] {
  const places = ['look', ...effects.keys()] as const;
  const isBrokenOff = (at: KillPoint['at']): boolean => typeof at === 'number' && effects[at] === brokenOff;
  const points = places.flatMap((at) => [{ at, when: 'before' } as const, { at, when: 'after' } as const]);
  const groups = [points.filter(({ at }) => !isBrokenOff(at)), points.filter(({ at }) => isBrokenOff(at))];
  return groups.filter((group) => group.length > 0);
}

describe('recoveries of all shapes side by side', () => {
  let scene: RecoveryScene;

  beforeEach(async () => {
    scene = await RecoveryScene.open();
  });

  afterEach(() => scene.close());

  /** @returns whether it killed itself. */
  async function live(env: Record<string, string> = {}): Promise<boolean> {
    const process = await scene.startProcess(env);
    await untilIdle(scene, process);
    const killedItself = process.isOver;
    await process.kill();
    return killedItself;
  }

  it('killed at one write of the process after another, end the same', { timeout: 240_000 }, async () => {
    const prepared: Prepared[] = [];
    let kills = 0;
    for (let turn = 0; turn < 8; turn += 1) {
      for (const shape of shapes.filter((_, index) => index % 8 === turn)) {
        prepared.push(await scene.prepare(shape));
      }
      const write = 1 + ((turn * 9) % 50);
      if (await live({ KILL_AT_WRITE: String(turn % 2 === 0 ? write : -write) })) kills += 1;
    }
    expect(kills).toBeGreaterThan(4);
    const undisturbed = new Map<Shape, Prepared>();
    for (const shape of shapes) undisturbed.set(shape, await scene.prepare(shape));
    expect(await live()).toBe(false);
    for (const each of prepared) await expectSameEndAs(undisturbed.get(each.shape), each);
    expect(await scene.leftovers()).toEqual([]);
  });

  it('killed once, each before another write of its own, end the same', { timeout: 240_000 }, async () => {
    const undisturbed: Prepared[] = [];
    for (const shape of shapes) undisturbed.push(await scene.prepare(shape));
    const toHold: Record<string, number> = {};
    const killed = new Map<Prepared, Prepared>();
    for (const [like, count] of await writesOf(undisturbed)) {
      for (let write = 1; write <= count; write += 1) {
        const one = await scene.prepare(like.shape);
        toHold[one.actionId] = write;
        killed.set(one, like);
      }
    }
    await liveUntilHeld(toHold);
    expect(await live()).toBe(false);
    for (const [each, like] of killed) await expectSameEndAs(like, each);
    expect(await scene.leftovers()).toEqual([]);
  });

  async function expectSameEndAs(undisturbed: Prepared | undefined, killed: Prepared): Promise<void> {
    if (undisturbed === undefined) throw new Error(`nothing to compare ${killed.shape.name} with`);
    await expectSameEnd(scene, killed, await scene.endOf(undisturbed, undisturbed.nodeIds[0] ?? ''));
  }

  /** How many writes each of them asked for, from its beginning to its end. */
  async function writesOf(prepared: readonly Prepared[]): Promise<Map<Prepared, number>> {
    const process = await scene.startProcess();
    await untilIdle(scene, process);
    await process.kill();
    const counts = new Map(process.said.map((line) => line.split(' ')).map(([, id, count]) => [id, count]));
    return new Map(prepared.map((each) => [each, Number(counts.get(each.actionId))]));
  }

  /** Some need fewer writes this time, and end. */
  async function liveUntilHeld(toHold: Readonly<Record<string, number>>): Promise<void> {
    const process = await scene.startProcess({ HOLD_WRITES: JSON.stringify(toHold) });
    const heldNow = (): number => process.said.filter((line) => line.startsWith('held ')).length;
    const allHeld = async (): Promise<boolean> => (await scene.unfinished()) === heldNow();
    await eventually('every recovery has ended or is held at its write', allHeld, patienceMs);
    expect(heldNow()).toBeGreaterThan(0.9 * Object.keys(toHold).length);
    await process.kill();
  }
});
