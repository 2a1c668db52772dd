/**
 * `coppice demo`: real failures, one after another, and a crash of Coppice itself, narrated while it happens.
 *
 *     story.ts        what a story has to bring: processes/ and cloud/ are the two that there are
 *     stage.ts        a directory, and Coppice as a child process
 *     set-up.ts       workflows, profile, health policy and cluster, through the public API
 *     follow-failure.ts   a failure and what becomes of it; crash.ts kills Coppice in the middle
 *     records.ts      what must be true by Coppice's own records; a story proves the rest from outside
 *     workspace.ts    no process is left behind, whatever happened; the directory only where it failed
 *
 * It uses nothing that any other user of the API could not.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Schemas } from '../../client/api-types.ts';
import { endedBySignal } from './closing-text.ts';
import type { DemoEvent, Narrator } from './narrator.ts';
import { problemsInRecords } from './records.ts';
import { setUpCluster, untilAllAnswer } from './set-up.ts';
import { clusterName, readNodes } from './demo-node.ts';
import type { Play } from './set-up.ts';
import { openStage, serverFiles } from './stage.ts';
import type { Stage } from './stage.ts';
import type { SceneContext, Proof, Records, Scene, Story, Surroundings } from './story.ts';
import { summarizeRecovery } from './summary.ts';
import type { DemoRecovery, Summary } from './summary.ts';
import { createWorkspace, endProcesses, endWorkspace } from './workspace.ts';

export interface DemoRequest {
  readonly story: Story;
  readonly narrator: Narrator;
  /** Leave everything running at the end. */
  readonly keep: boolean;
  readonly signal: AbortSignal;
}

interface Performance {
  readonly signal: AbortSignal;
  readonly narrate: (event: DemoEvent) => void;
  readonly recoveries: DemoRecovery[];
  nodes: number;
}

const settledWithinMs = 5000;

/** @returns whether everything ended as it should; false also where it was ended by the signal. */
export async function runDemo({ story, narrator, keep, signal }: DemoRequest): Promise<boolean> {
  const begin = performance.now();
  const elapsed = (): number => performance.now() - begin;
  const narrate = (event: DemoEvent): void => narrator.narrate(event, elapsed());
  const shown: Performance = { signal, narrate, recoveries: [], nodes: 0 };
  const workspace = await createWorkspace();
  let surroundings: Surroundings | undefined;
  let isKept = false;
  let hasFailed = false;
  try {
    narrate({ event: 'starting', workspace });
    surroundings = await story.open(workspace, signal);
    const stage = await openStage(workspace, surroundings.serve, signal);
    const proof = await perform(shown, { stage, surroundings, signal });
    proof.problems.forEach((message) => narrate({ event: 'problem', message }));
    hasFailed = proof.problems.length > 0;
    if (hasFailed) await keepEvidence(surroundings, story, workspace, narrate);
    const summary = summaryOf(shown, proof, elapsed());
    isKept = keep && summary.ok;
    const suggestions = isKept ? await surroundings.suggestions(await readNodes(stage)) : [];
    const kept = isKept ? { url: stage.api.url, workspace, suggestions } : undefined;
    narrator.end(summary, kept, elapsed());
    return summary.ok;
  } catch (error) {
    const message = signal.aborted ? endedBySignal : error instanceof Error ? error.message : String(error);
    narrate({ event: 'problem', message });
    hasFailed = !signal.aborted;
    if (hasFailed) await keepEvidence(surroundings, story, workspace, narrate);
    narrator.end(summaryOf(shown, { problems: [message], proven: [] }, elapsed()), undefined, elapsed());
    return false;
  } finally {
    if (hasFailed) await endProcesses(workspace);
    else if (!isKept) await endWorkspace(workspace);
  }
}

/** What went wrong stands already; that its evidence is not whole must not hide it. */
async function keepEvidence(
  surroundings: Surroundings | undefined,
  story: Story,
  workspace: string,
  narrate: (event: DemoEvent) => void,
): Promise<void> {
  const { log, data } = serverFiles(workspace);
  await surroundings?.saveEvidence().catch((error: unknown) => {
    narrate({ event: 'problem', message: `evidence could not be kept: ${(error as Error).message}` });
  });
  narrate({
    event: 'evidence',
    workspace,
    server_log: log,
    data_directory: data,
    others: story.evidence(workspace),
  });
}

function summaryOf({ recoveries, nodes }: Performance, { problems, proven }: Proof, tookMs: number): Summary {
  return {
    ok: problems.length === 0,
    nodes,
    recoveries: recoveries.map(summarizeRecovery),
    proven: problems.length === 0 ? proven : [],
    problems,
    took_ms: Math.round(tookMs),
  };
}

async function perform(shown: Performance, play: Play): Promise<Proof> {
  const { stage, surroundings } = play;
  shown.narrate({ event: 'server_ready', url: stage.api.url, pid: stage.serverPid });
  const nodes = await setUpCluster(play);
  shown.nodes = nodes.length;
  shown.narrate({ event: 'cluster_ready', cluster: clusterName, nodes: nodes.map((node) => node.name) });
  for (const scene of surroundings.scenes) await scene.play(await actOf(shown, play, scene));
  return await gatherProof(play);
}

async function actOf(shown: Performance, play: Play, scene: Scene): Promise<SceneContext> {
  const { stage, surroundings, signal } = play;
  const { scenes } = surroundings;
  return {
    stage,
    // Read again each time: what they consist of changes.
    nodes: await untilAllAnswer(play, shown.nodes),
    recoveries: shown.recoveries,
    signal,
    narrate: shown.narrate,
    announce({ target, what, nodes }) {
      shown.narrate({
        event: 'failure',
        number: scenes.indexOf(scene) + 1,
        of: scenes.length,
        target,
        nodes: nodes.map((node) => node.name),
        failure: scene.name,
        what,
      });
    },
  };
}

/** Statuses settle a moment after the recovery is closed; what is still wrong after that stays wrong. */
async function gatherProof({ stage, surroundings, signal }: Play): Promise<Proof> {
  const giveUp = performance.now() + settledWithinMs;
  for (;;) {
    const records = await readRecords(stage, surroundings);
    const outside = await surroundings.prove(records);
    const problems = [...problemsInRecords(records), ...outside.problems];
    if (problems.length === 0 || performance.now() > giveUp) return { ...outside, problems };
    await delay(200, undefined, { signal });
  }
}

async function readRecords({ api }: Stage, surroundings: Surroundings): Promise<Records> {
  const nodes = await readNodes({ api });
  const listed = await api.read('GET /v1/recoveries', 'recoveries', { query: { cluster: clusterName } });
  const recoveries: Schemas['Recovery'][] = [];
  for (const { id } of listed) {
    const path = { recovery: id };
    recoveries.push(await api.read('GET /v1/recoveries/{recovery}', 'recovery', { path }));
  }
  const names = new Map(nodes.map((node) => [node.id, node.name]));
  return {
    recoveries,
    nodes: await Promise.all(
      nodes.map(async (node) => ({ ...node, answers: await surroundings.answers(node) })),
    ),
    nodeOf: new Map(recoveries.map(({ id, node_id: node }) => [id, names.get(node) ?? node])),
  };
}
