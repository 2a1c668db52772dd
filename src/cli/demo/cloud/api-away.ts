/** The scene in which Nova does not answer for a while: nothing may be started, and nothing changed. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Schemas } from '../../../client/api-types.ts';
import { duration } from '../../../domain/duration.ts';
import { CliError } from '../../cli-error.ts';
import { clusterName } from '../demo-node.ts';
import type { SceneContext, Scene } from '../story.ts';
import type { DemoCloud } from './simulator.ts';

/** More than once all modes have asked in vain, for all nodes. */
const roundsAway = 4;
const withinMs = 30_000;
const pollMs = 100;

type NodeHealth = Schemas['NodeHealth'];

export function apiAway(cloud: DemoCloud): Scene {
  return {
    name: 'API AWAY',
    async play(context) {
      context.announce({ target: 'Nova', what: 'its API answers 503 to every request', nodes: [] });
      const before = await countTouches(cloud, context);
      const begin = performance.now();
      await cloud.setService('compute', false);
      const [first] = await untilAll(context, 'UNKNOWN');
      context.narrate({
        event: 'unknown',
        nodes: context.nodes.map(({ name }) => name),
        reason: first?.reason ?? '',
      });
      await untilAsked(cloud, context);
      await cloud.setService('compute', true);
      observe(context, `Nova is back after ${duration(performance.now() - begin)}`);
      await untilAll(context, 'HEALTHY');
      observe(context, `all ${context.nodes.length} nodes are healthy again`);
      const after = await countTouches(cloud, context);
      throwIfTouched(before, after);
      const what = `nothing was touched: the cloud's log has no change since; Coppice asked Nova ${after.requests - before.requests} times, each time only to read; it opened no recovery`;
      context.narrate({ event: 'observed', what, is_proof: true });
    },
  };
}

function observe(context: SceneContext, what: string): void {
  context.narrate({ event: 'observed', what, is_proof: false });
}

/** What must not grow, but for `requests`: how often Nova was asked for anything. */
export interface Touches {
  readonly mutations: number;
  readonly recoveries: number;
  readonly changes: ReturnType<typeof changesIn>;
  readonly requests: number;
}

/** `version` negotiates the microversion, and is asked again until it is answered. */
const reading = new Set(
  ['list', 'show', 'services', 'hypervisors', 'version'].map((name) => `compute ${name}`),
);

async function countTouches(cloud: DemoCloud, { stage, signal }: SceneContext): Promise<Touches> {
  const query = { cluster: clusterName };
  const recoveries = await stage.api.read('GET /v1/recoveries', 'recoveries', { query, signal });
  const counts = await cloud.requests();
  return {
    mutations: (await cloud.mutations()).length,
    recoveries: recoveries.length,
    changes: changesIn(counts),
    requests: ofNova(counts).reduce((sum, [, count]) => sum + count, 0),
  };
}

/** How often Nova was asked to change something, by operation. */
export function changesIn(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(ofNova(counts).filter(([name]) => !reading.has(name)));
}

function ofNova(counts: Readonly<Record<string, number>>): readonly [string, number][] {
  return Object.entries(counts).filter(([name]) => name.startsWith('compute '));
}

/** @throws CliError that says what was done while the cloud could not be seen. */
export function throwIfTouched(before: Touches, after: Touches): void {
  const changes = Object.entries(after.changes).filter(
    ([name, count]) => count > (before.changes[name] ?? 0),
  );
  const done = [
    ...(after.mutations > before.mutations
      ? [`${after.mutations - before.mutations} changes in the cloud`]
      : []),
    ...(after.recoveries > before.recoveries ? [`${after.recoveries - before.recoveries} recoveries`] : []),
    ...changes.map(([name, count]) => `${count - (before.changes[name] ?? 0)} requests "${name}"`),
  ];
  if (done.length > 0)
    throw new CliError(`nothing was to be touched while Nova was away, found ${done.join(', ')}`);
}

async function untilAll(context: SceneContext, wanted: NodeHealth['health']): Promise<readonly NodeHealth[]> {
  return await until(`all nodes are ${wanted}`, context, async () => {
    const path = { cluster: clusterName };
    const { nodes } = await context.stage.api.read('GET /v1/clusters/{cluster}/health', 'health', {
      path,
      signal: context.signal,
    });
    const isSo = nodes.length === context.nodes.length && nodes.every(({ health }) => health === wanted);
    return { found: isSo ? nodes : undefined, seen: nodes.map(({ name, health }) => `${name} ${health}`) };
  });
}

/** A round asks for the list of servers at least once. */
async function untilAsked(cloud: DemoCloud, context: SceneContext): Promise<void> {
  const count = async (): Promise<number> => (await cloud.requests())['compute list'] ?? 0;
  const before = await count();
  await until('Coppice goes on asking Nova', context, async () => {
    const asked = (await count()) - before;
    return { found: asked >= roundsAway ? true : undefined, seen: [`asked ${asked} times`] };
  });
}

async function until<T>(
  what: string,
  { signal }: SceneContext,
  look: () => Promise<{ readonly found: T | undefined; readonly seen: readonly string[] }>,
): Promise<T> {
  const giveUp = performance.now() + withinMs;
  for (;;) {
    const { found, seen } = await look();
    if (found !== undefined) return found;
    if (performance.now() > giveUp)
      throw new CliError(`${what}: expected within ${duration(withinMs)}, found ${seen.join(', ')}`);
    await delay(pollMs, undefined, { signal });
  }
}
