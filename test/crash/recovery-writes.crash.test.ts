import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RecoveryScene } from './recovery-scene.ts';
import type { Prepared } from './recovery-scene.ts';
import { shapes } from './recovery-shapes.ts';
import type { Shape } from './recovery-shapes.ts';
import { expectSameEnd, untilIdle, untilNoneIsLeft } from './same-end.ts';

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

  it('killed at one write of the process after another, end the same', { timeout: 300_000 }, async () => {
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

  it('killed once, each before another write of its own, end the same', { timeout: 300_000 }, async () => {
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
    await untilNoneIsLeft('end, or be held at its write', async () => (await scene.unfinished()) - heldNow());
    expect(heldNow()).toBeGreaterThan(0.9 * Object.keys(toHold).length);
    await process.kill();
  }
});
