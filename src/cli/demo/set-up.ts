/** Creates the demo's cluster, through the API like any client: profile, health policy, five nodes. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isJsonObject } from '../../domain/json.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { CliError } from '../cli-error.ts';
import { readSpecFile } from '../files/spec-file.ts';
import { textOf } from '../rendering/text-of.ts';
import { throwUnlessSucceeded, waitForAction } from '../client/wait-for-action.ts';
import { examples } from './stage.ts';
import type { Stage } from './stage.ts';

export const clusterName = 'web';
export const nodeCount = 5;

const answersWithinMs = 10_000;

export async function setUpCluster(stage: Stage, signal: AbortSignal): Promise<string> {
  const { api } = stage;
  const profile = await api.read('POST /v1/profiles', 'profile', {
    body: { profile: { name: 'web-server', spec: await example('profile.yaml', stage) } },
  });
  const policy = await api.read('POST /v1/policies', 'policy', {
    body: { policy: { name: 'web-health', spec: await example('health-policy.yaml', stage) } },
  });
  const answer = await api.send('POST /v1/clusters', {
    body: {
      cluster: {
        name: clusterName,
        profile_id: profile.id,
        desired_capacity: nodeCount,
        config: { 'node.name.format': `${clusterName}-$I` },
      },
    },
  });
  await succeeded(stage, answer.actionId);
  await untilAllAnswer(stage, signal);
  const attached = await api.send('POST /v1/clusters/{cluster}/actions', {
    path: { cluster: clusterName },
    body: { policy_attach: { policy_id: policy.id, enabled: true } },
  });
  await succeeded(stage, attached.actionId);
  const path = { cluster: clusterName };
  return (await api.read('GET /v1/clusters/{cluster}', 'cluster', { path })).id;
}

async function succeeded({ api }: Stage, actionId: string | undefined): Promise<void> {
  if (actionId === undefined) throw new CliError('the server named no action');
  throwUnlessSucceeded(await waitForAction(api, actionId));
}

/** A file of examples/demo with its ${...} filled in. */
async function example(file: string, stage: Stage): Promise<JsonObject> {
  const { spec } = await readSpecFile(path.join(examples, file));
  const values: Readonly<Record<string, string>> = {
    NODE: process.execPath,
    EXAMPLES: examples,
    WORKSPACE: stage.workspace,
    BALANCER: stage.balancerUrl,
    WORKFLOWS: await readFile(path.join(examples, 'workflows.yaml'), 'utf8'),
  };
  return filledIn(spec, values) as JsonObject;
}

function filledIn(value: Json, values: Readonly<Record<string, string>>): Json {
  if (typeof value === 'string')
    return value.replaceAll(/\$\{([A-Z]+)\}/g, (whole, name: string) => values[name] ?? whole);
  if (Array.isArray(value)) return value.map((entry: Json) => filledIn(entry, values));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, filledIn(entry, values)]));
}

export interface DemoNode {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly pid: number;
  readonly url: string;
}

export async function readNodes({ api }: Pick<Stage, 'api'>): Promise<DemoNode[]> {
  const nodes = await api.read('GET /v1/nodes', 'nodes', {
    query: { cluster_id: [clusterName], sort: 'name' },
  });
  return Promise.all(
    nodes.map(async (node) => {
      const { details, data } = await api.read('GET /v1/nodes/{node}', 'node', {
        path: { node: node.id },
        query: { show_details: true },
      });
      const known: JsonObject = { ...data, ...details };
      return {
        id: node.id,
        name: node.name,
        status: node.status,
        pid: Number(known['pid']),
        url: `http://127.0.0.1:${textOf(known['port'])}`,
      };
    }),
  );
}

/** Requests the node itself, as one of its users would. */
export async function answersHealthy(node: DemoNode): Promise<boolean> {
  const response = await fetch(node.url, { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
  return response?.status === 200 && (await response.text()).startsWith(`ok ${node.name}`);
}

/** `web-1 ACTIVE and answers, web-2 ERROR and does not answer` */
function describeNodes(nodes: readonly DemoNode[], answers: readonly boolean[]): string {
  const found = nodes.map(
    ({ name, status }, at) => `${name} ${status} and ${answers[at] === true ? 'answers' : 'does not answer'}`,
  );
  return found.length === 0 ? 'there is none' : found.join(', ');
}

/**
 * All nodes as they are once each is ACTIVE and answers: a process that was just started takes a moment to
 * listen.
 */
export async function untilAllAnswer(stage: Stage, signal: AbortSignal): Promise<DemoNode[]> {
  const giveUp = performance.now() + answersWithinMs;
  for (;;) {
    const nodes = await readNodes(stage);
    const answers = await Promise.all(nodes.map(answersHealthy));
    const areHealthy = answers.every(Boolean) && nodes.every((node) => node.status === 'ACTIVE');
    if (nodes.length === nodeCount && areHealthy) return nodes;
    if (performance.now() > giveUp)
      throw new CliError(
        `not all ${nodeCount} servers were up and answered within ${answersWithinMs / 1000} s: ${describeNodes(nodes, answers)}`,
      );
    await delay(100, undefined, { signal });
  }
}
