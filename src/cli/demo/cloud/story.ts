/** The story of `coppice demo cloud`: ten servers on two hosts of a simulated cloud. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { examples, exampleSpec } from '../examples.ts';
import { failureScene } from '../follow-failure.ts';
import type { SuggestedCommand } from '../narrator.ts';
import type { DemoNode } from '../demo-node.ts';
import type { DemoClusterSpec, Story, Surroundings } from '../story.ts';
import { apiAway } from './api-away.ts';
import { hostDies, serverDeleted, serverDeletedAndCrash, serverInError } from './failures.ts';
import { proveCloud } from './proof.ts';
import { DemoCloud } from './simulator.ts';

const size = 10;
const workflows = 'evacuate-host';

export const cloudStory: Story = {
  headline: 'ten servers on two hosts of a simulated cloud',
  command: 'coppice demo cloud',
  readMore: [
    { path: 'examples/demo-cloud/health-policy.yaml', what: 'the chain that you saw, as it is written' },
    { path: `examples/${workflows}`, what: 'the workflows in it, and a policy for a real cloud' },
    { path: 'docs/howto/use-a-cloud.md', what: 'your own cloud, and the simulated one' },
  ],
  evidence: (workspace) => [{ path: mutationsFile(workspace), what: "the cloud's log of changes" }],
  async open(workspace, signal): Promise<Surroundings> {
    const cloud = await DemoCloud.start(workspace, signal);
    return {
      serve: { options: ['--cloud', 'openstack'], environment: cloud.environment },
      cluster: clusterPlan,
      scenes: [
        failureScene(serverInError(cloud)),
        failureScene(serverDeleted(cloud)),
        failureScene(hostDies(cloud)),
        apiAway(cloud),
        failureScene(serverDeletedAndCrash(cloud)),
      ],
      answers: (node) => runs(cloud, node),
      async prove(records) {
        const [mutations, servers] = [await cloud.mutations(), await cloud.servers()];
        return proveCloud({ ...records, mutations, servers });
      },
      suggestions: async (nodes) => suggestionsFor(cloud, nodes),
      async saveEvidence() {
        await writeFile(mutationsFile(workspace), JSON.stringify(await cloud.mutations(), undefined, 2));
      },
    };
  },
};

function mutationsFile(workspace: string): string {
  return path.join(workspace, 'mutations.json');
}

async function clusterPlan(): Promise<DemoClusterSpec> {
  return {
    size,
    profile: await exampleSpec('demo-cloud/profile.yaml'),
    policy: await exampleSpec('demo-cloud/health-policy.yaml'),
    workflows: [await readFile(path.join(examples, workflows, 'workflow.yaml'), 'utf8')],
  };
}

/** It runs, on a host that is up. */
async function runs(cloud: DemoCloud, { physicalId }: DemoNode): Promise<boolean> {
  const server = (await cloud.servers()).find(({ id }) => id === physicalId);
  const host = (await cloud.hosts()).find(({ name }) => name === server?.host);
  return server?.status === 'ACTIVE' && server.task_state === null && host?.up === true;
}

function suggestionsFor({ url }: DemoCloud, [node]: readonly DemoNode[]): readonly SuggestedCommand[] {
  const admin = `${url}/simulator`;
  const fail =
    node === undefined
      ? []
      : [
          {
            command: `curl -d '{"status": "ERROR"}' ${admin}/servers/${node.physicalId}`,
            what: `${node.name} fails; watch it in another terminal`,
          },
        ];
  return [
    { command: 'npx coppice watch web', what: 'the cluster, live' },
    ...fail,
    { command: `curl -d '{"up": false}' ${admin}/services/compute`, what: 'Nova is away; true: back' },
    { command: `curl ${admin}/mutations`, what: 'every change in the cloud' },
    { command: 'npx coppice recovery list', what: 'every failure; recovery show ID draws one' },
  ];
}
