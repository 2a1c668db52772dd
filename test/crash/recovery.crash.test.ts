import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import type { KillPoint } from './killing-cloud.ts';
import type { RecoveringProcess } from './recovering-process.ts';
import { RecoveryScene } from './recovery-scene.ts';
import type { Prepared } from './recovery-scene.ts';
import { shapes } from './recovery-shapes.ts';
import type { Shape } from './recovery-shapes.ts';
import { expectSameEnd, patienceMs, untilIdle } from './same-end.ts';

describe('a recovery that is killed before and after each of its effects', () => {
  let scene: RecoveryScene;
  let process: RecoveringProcess;

  /** A life lasts from a kill in one test to the first in the next. */
  beforeAll(async () => {
    scene = await RecoveryScene.open();
    process = await scene.startProcess();
  });

  afterAll(() => scene.close());

  /**
   * All of them side by side, each to its own point; there the process is killed, once, and the next one goes
   * on.
   */
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

  /**
   * Whatever has an effect belongs to an open recovery, hooks of its end included, and nothing else may touch
   * the node.
   */
  async function expectStillOpen(killed: readonly Prepared[], points: readonly KillPoint[]): Promise<void> {
    const atEffects = killed.filter((_, index) => points[index]?.at !== 'probe');
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
function repeatsAfter({ effects, brokenOff, together }: Shape, { at }: KillPoint): string[][] {
  const effect = at === 'probe' ? undefined : effects[at];
  if (effect === undefined) return [[]];
  // Its time may be up before it could be asked for again. A kill that is meant for the other recovery of the
  // group may come while this one cancels its workflow: what was to end the workflow died with the process,
  // so that the cancel is asked for again.
  if (effect === brokenOff) return [[effect], [], [effect, 'cancel'], ['cancel']];
  if (effect === together?.at(-1)) return [[effect], [...together]];
  // The process that got the cancel died before it did it: it is requested again.
  return effect === 'break-off' ? [['cancel', effect]] : [[effect]];
}

/**
 * Those at what is broken off by a time that passes have a life of their own: nothing else keeps them
 * waiting.
 */
function groupsOfPoints({ effects, brokenOff }: Shape): KillPoint[][] {
  const places = ['probe', ...effects.keys()] as const;
  const isBrokenOff = (at: KillPoint['at']): boolean => typeof at === 'number' && effects[at] === brokenOff;
  const points = places.flatMap((at) => [{ at, when: 'before' } as const, { at, when: 'after' } as const]);
  const groups = [points.filter(({ at }) => !isBrokenOff(at)), points.filter(({ at }) => isBrokenOff(at))];
  return groups.filter((group) => group.length > 0);
}
