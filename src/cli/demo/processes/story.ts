/** The story of `coppice demo`: five small servers, processes of this machine, behind a load balancer. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isJsonObject } from '../../../domain/json.ts';
import { textOf } from '../../rendering/text-of.ts';
import { examples, exampleSpec } from '../examples.ts';
import { failureScene } from '../follow-failure.ts';
import type { SuggestedCommand } from '../narrator.ts';
import type { DemoNode } from '../demo-node.ts';
import type { DemoClusterSpec, Story, Surroundings } from '../story.ts';
import { startBalancer } from './balancer.ts';
import type { Balancer } from './balancer.ts';
import { failures } from './failures.ts';
import { answersHealthy, pidOf } from './process-node.ts';
import { proveProcesses } from './proof.ts';

const size = 5;

export const processStory: Story = {
  headline: 'real servers, real failures, really recovered',
  command: 'coppice demo',
  readMore: [
    { path: 'examples/demo/health-policy.yaml', what: 'the chain that you saw, as it is written' },
    { path: 'examples/demo/workflows.yaml', what: 'the workflows in it' },
    { path: 'docs/tour.md', what: 'one failure, followed through the code' },
  ],
  evidence: () => [],
  async open(workspace, signal): Promise<Surroundings> {
    const balancer = await startBalancer(workspace, signal);
    return {
      serve: { options: [], environment: {} },
      cluster: () => clusterPlan(workspace, balancer),
      scenes: failures(balancer).map(failureScene),
      answers: answersHealthy,
      async prove(records) {
        return proveProcesses({
          ...records,
          calls: await balancer.calls(),
          starts: await startsByName(workspace),
        });
      },
      suggestions: async (nodes) => suggestionsFor(nodes),
      saveEvidence: async () => {},
    };
  },
};

async function clusterPlan(workspace: string, balancer: Balancer): Promise<DemoClusterSpec> {
  const values: Readonly<Record<string, string>> = {
    NODE: process.execPath,
    EXAMPLES: path.join(examples, 'demo'),
    WORKSPACE: workspace,
    BALANCER: balancer.url,
    WORKFLOWS: await readFile(path.join(examples, 'demo', 'workflows.yaml'), 'utf8'),
  };
  return {
    size,
    profile: await exampleSpec('demo/profile.yaml', values),
    policy: await exampleSpec('demo/health-policy.yaml', values),
    workflows: [],
  };
}

/** How often each server was started, by name: from the log that the servers themselves write. */
async function startsByName(workspace: string): Promise<Map<string, number>> {
  const log = await readFile(path.join(workspace, 'starts.log'), 'utf8');
  const starts = new Map<string, number>();
  for (const line of log.trim().split('\n')) {
    const start: unknown = JSON.parse(line);
    const name = isJsonObject(start) ? textOf(start['name']) : '';
    starts.set(name, (starts.get(name) ?? 0) + 1);
  }
  return starts;
}

function suggestionsFor([node]: readonly DemoNode[]): readonly SuggestedCommand[] {
  const kill =
    node === undefined
      ? []
      : [{ command: `kill -9 ${pidOf(node)}`, what: `end ${node.name}, in another terminal, and watch` }];
  return [
    { command: 'npx coppice watch web', what: 'the cluster, live' },
    ...kill,
    { command: 'npx coppice recovery list', what: 'every failure; recovery show ID draws one' },
    { command: 'npx coppice node list', what: '' },
  ];
}
