/** A failure of one or several nodes, and what becomes of each of them. */
import { crashInTheMiddle } from './crash.ts';
import { followRecovery, readRecovery } from './follow-recovery.ts';
import type { Followed } from './follow-recovery.ts';
import type { DemoNode } from './demo-node.ts';
import type { SceneContext, Scene } from './story.ts';

export interface DemoFailure {
  /** In one word or two, for the table. */
  readonly name: string;
  /** What is done, with the target's name in front of it. */
  readonly what: string;
  /** Those that it hits. */
  nodes(context: SceneContext): DemoNode[] | Promise<DemoNode[]>;
  /** What is hit, where it is not the one node itself. */
  readonly target?: string;
  inflict(nodes: readonly DemoNode[]): void | Promise<void>;
  /**
   * Coppice is killed during the recovery, once this has returned: with what is being done, `WORKFLOW drain`.
   */
  readonly untilInTheMiddle?: (followed: Followed) => Promise<string>;
  /** Sees whether all that was promised came true, after the recoveries. @throws CliError */
  readonly afterwards?: (context: SceneContext, nodes: readonly DemoNode[]) => Promise<void>;
}

export function failureScene(failure: DemoFailure): Scene {
  return {
    name: failure.name,
    async play(context) {
      const nodes = await failure.nodes(context);
      const target = failure.target ?? nodes.map(({ name }) => name).join(' ');
      context.announce({ target, what: failure.what, nodes });
      await followFailure(context, failure, nodes);
      await failure.afterwards?.(context, nodes);
    },
  };
}

async function followFailure(
  context: SceneContext,
  failure: DemoFailure,
  nodes: readonly DemoNode[],
): Promise<void> {
  const { stage, narrate, recoveries } = context;
  const over = new AbortController();
  const signal = AbortSignal.any([context.signal, over.signal]);
  const inflictedAt = Date.now();
  await failure.inflict(nodes);
  const all = nodes.map((node): Followed => ({ stage, node, since: inflictedAt, narrate, signal }));
  const add = ({ node }: Followed, recovery: Awaited<ReturnType<typeof readRecovery>>, crashedAt?: number) =>
    void recoveries.push({ node: node.name, failure: failure.name, inflictedAt, recovery, crashedAt });
  try {
    const [closed, crashedAt] = await Promise.all([
      Promise.all(all.map(followRecovery)),
      crashDuring(failure, all),
    ]);
    all.forEach((followed, at) => add(followed, closed[at], crashedAt));
  } catch (error) {
    // The case that failed belongs to the summary before all others.
    for (const followed of all) add(followed, await readRecovery(followed).catch(() => undefined));
    throw error;
  } finally {
    // Where one of them failed, the others must not continue.
    over.abort();
  }
}

async function crashDuring(
  { untilInTheMiddle }: DemoFailure,
  [followed]: readonly Followed[],
): Promise<number | undefined> {
  if (untilInTheMiddle === undefined || followed === undefined) return undefined;
  return await crashInTheMiddle(followed, untilInTheMiddle);
}
