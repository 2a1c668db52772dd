/** What every test of killed recoveries waits for, and expects. */
import { expect } from 'vitest';
import { eventually } from '../support/eventually.ts';
import type { RecoveringProcess } from './recovering-process.ts';
import type { Prepared, RecoveryScene } from './recovery-scene.ts';

/** For one thing to happen: on a machine that has nothing else to do it takes a second or two. */
export const patienceMs = 45_000;

export async function untilIdle(scene: RecoveryScene, process: RecoveringProcess): Promise<void> {
  await untilNoneIsLeft('end', async () => (process.isOver ? 0 : await scene.unfinished()));
}

/** However many there are: as long as one after another gets there, they are waited for. */
export async function untilNoneIsLeft(what: string, count: () => Promise<number>): Promise<void> {
  let left = await count();
  while (left > 0) {
    const before = left;
    const isLess = async (): Promise<boolean> => (left = await count()) < before;
    await eventually(`one more of ${before} actions: ${what}`, isLess, patienceMs);
  }
}

/**
 * What is true of a recovery however often it was killed. @param undisturbed the end of one that never was.
 */
export async function expectSameEnd(
  scene: RecoveryScene,
  prepared: Prepared,
  undisturbed?: object,
): Promise<void> {
  const { shape, nodeIds } = prepared;
  for (const nodeId of nodeIds) {
    const end = await scene.endOf(prepared, nodeId);
    if (undisturbed !== undefined) expect(end, shape.name).toEqual(undisturbed);
    expect(end, shape.name).toMatchObject({ isQuarantined: false, ...shape.end });
    if (shape.serversLeft !== undefined) expect(end.servers, shape.name).toEqual(shape.serversLeft);
    const isCertain = (effect: string): boolean => undisturbed === undefined || effect !== shape.brokenOff;
    expect(scene.cloud.effectsOf(nodeId).filter(isCertain)).toEqual(shape.effects.filter(isCertain));
  }
}
