/**
 * `coppice demo`: real servers, real failures, and a crash of Coppice itself, narrated while it happens.
 *
 *     stage.ts        a directory, a load balancer's stand-in, Coppice as a child process
 *     set-up.ts       profile, health policy and cluster, through the public API
 *     failures.ts     one after another; follow-recovery.ts watches what becomes of each, crash.ts kills
 *                     Coppice in the middle of one
 *     proof.ts        whether all is healthy again, and nothing was done twice
 *     workspace.ts    no process is left behind, whatever happened; the directory only where it failed
 *
 * It uses nothing that any other user of the API could not.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Schemas } from '../../client/api-types.ts';
import { CliError } from '../cli-error.ts';
import { endedBySignal } from './closing-text.ts';
import { crashInTheMiddle } from './crash.ts';
import { failures } from './failures.ts';
import type { DemoFailure } from './failures.ts';
import { followRecovery, readRecovery } from './follow-recovery.ts';
import type { DemoEvent, Narrator } from './narrator.ts';
import { problemsIn } from './proof.ts';
import type { Evidence } from './proof.ts';
import { answersHealthy, clusterName, readNodes, setUpCluster, untilAllAnswer } from './set-up.ts';
import type { DemoNode } from './set-up.ts';
import { balancerCalls, openStage, serverFiles, startsByName } from './stage.ts';
import type { Stage } from './stage.ts';
import { summarizeRecovery } from './summary.ts';
import type { DemoRecovery, Summary } from './summary.ts';
import { createWorkspace, endProcesses, endWorkspace } from './workspace.ts';

export interface DemoRequest {
  readonly narrator: Narrator;
  /** Leave everything running at the end. */
  readonly keep: boolean;
  readonly signal: AbortSignal;
}

interface Play extends DemoRequest {
  readonly narrate: (event: DemoEvent) => void;
  readonly recoveries: DemoRecovery[];
  nodes: number;
}

const settledWithinMs = 5000;

/** @returns whether everything ended as it should; false also where it was ended by the signal. */
export async function runDemo(request: DemoRequest): Promise<boolean> {
  const begin = performance.now();
  const elapsed = (): number => performance.now() - begin;
  const narrate = (event: DemoEvent): void => request.narrator.narrate(event, elapsed());
  const play: Play = { ...request, narrate, recoveries: [], nodes: 0 };
  const workspace = await createWorkspace();
  let isKept = false;
  let hasFailed = false;
  try {
    narrate({ event: 'starting', workspace });
    const stage = await openStage(workspace, request.signal);
    const problems = await perform(play, stage);
    problems.forEach((message) => narrate({ event: 'problem', message }));
    hasFailed = problems.length > 0;
    if (hasFailed) narrate(evidenceIn(workspace));
    const summary = summaryOf(play, problems, elapsed());
    isKept = request.keep && summary.ok;
    const [aNode] = isKept ? await readNodes(stage) : [];
    request.narrator.end(summary, aNode && { url: stage.api.url, workspace, aNode }, elapsed());
    return summary.ok;
  } catch (error) {
    const message = request.signal.aborted
      ? endedBySignal
      : error instanceof Error
        ? error.message
        : String(error);
    narrate({ event: 'problem', message });
    hasFailed = !request.signal.aborted;
    if (hasFailed) narrate(evidenceIn(workspace));
    request.narrator.end(summaryOf(play, [message], elapsed()), undefined, elapsed());
    return false;
  } finally {
    if (hasFailed) await endProcesses(workspace);
    else if (!isKept) await endWorkspace(workspace);
  }
}

function evidenceIn(workspace: string): DemoEvent {
  const { log, data } = serverFiles(workspace);
  return { event: 'evidence', workspace, server_log: log, data_directory: data };
}

function summaryOf({ recoveries, nodes }: Play, problems: readonly string[], tookMs: number): Summary {
  return {
    ok: problems.length === 0,
    nodes,
    recoveries: recoveries.map(summarizeRecovery),
    problems,
    took_ms: Math.round(tookMs),
  };
}

/** @returns what was not as it should be. */
async function perform(play: Play, stage: Stage): Promise<string[]> {
  const { narrate, signal } = play;
  narrate({ event: 'server_ready', url: stage.api.url, pid: stage.serverPid });
  await setUpCluster(stage, signal);
  const nodes = await untilAllAnswer(stage, signal);
  play.nodes = nodes.length;
  narrate({ event: 'cluster_ready', cluster: clusterName, nodes: nodes.map((node) => node.name) });
  for (const [index, failure] of failures.entries()) {
    // Read again each time: their processes change.
    const node = (await untilAllAnswer(stage, signal))[index];
    if (node === undefined) throw new CliError(`the cluster has only ${nodes.length} nodes`);
    play.recoveries.push(await act(play, stage, failure, node, index));
  }
  return problemsIn(await gatherEvidence(stage, signal));
}

async function act(
  play: Play,
  stage: Stage,
  failure: DemoFailure,
  node: DemoNode,
  index: number,
): Promise<DemoRecovery> {
  const { narrate, signal } = play;
  const { name, what, withCrash } = failure;
  narrate({ event: 'failure', number: index + 1, of: failures.length, node: node.name, failure: name, what });
  const inflictedAt = Date.now();
  await failure.inflict(node);
  const over = new AbortController();
  const followed = {
    stage,
    node,
    since: inflictedAt,
    narrate,
    signal: AbortSignal.any([signal, over.signal]),
  };
  try {
    const crash = withCrash ? crashInTheMiddle(followed) : undefined;
    const [recovery, crashedAt] = await Promise.all([followRecovery(followed), crash]);
    return { node: node.name, failure: name, inflictedAt, recovery, crashedAt };
  } catch (error) {
    // The case that failed belongs to the summary before all others.
    const recovery = await readRecovery(followed).catch(() => undefined);
    play.recoveries.push({ node: node.name, failure: name, inflictedAt, recovery, crashedAt: undefined });
    throw error;
  } finally {
    // Where one of the two failed, the other must not continue.
    over.abort();
  }
}

/** Statuses settle a moment after the recovery is closed; what is still wrong after that stays wrong. */
async function gatherEvidence(stage: Stage, signal: AbortSignal): Promise<Evidence> {
  const giveUp = performance.now() + settledWithinMs;
  for (;;) {
    const evidence = await checkMachine(stage);
    if (problemsIn(evidence).length === 0 || performance.now() > giveUp) return evidence;
    await delay(200, undefined, { signal });
  }
}

async function checkMachine(stage: Stage): Promise<Evidence> {
  const { api } = stage;
  const nodes = await readNodes(stage);
  const listed = await api.read('GET /v1/recoveries', 'recoveries', { query: { cluster: clusterName } });
  const recoveries: Schemas['Recovery'][] = [];
  for (const { id } of listed) {
    const path = { recovery: id };
    recoveries.push(await api.read('GET /v1/recoveries/{recovery}', 'recovery', { path }));
  }
  const names = new Map(nodes.map((node) => [node.id, node.name]));
  return {
    recoveries,
    nodes: await Promise.all(nodes.map(async (node) => ({ ...node, answers: await answersHealthy(node) }))),
    calls: await balancerCalls(stage),
    starts: await startsByName(stage),
    nodeOf: new Map(recoveries.map(({ id, node_id: node }) => [id, names.get(node) ?? node])),
  };
}
