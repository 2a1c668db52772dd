/** What happens to the servers of the demo's cloud, and to one of its hosts. */
import { CliError } from '../../cli-error.ts';
import { untilUnderWay } from '../crash.ts';
import type { DemoFailure } from '../follow-failure.ts';
import type { Followed } from '../follow-recovery.ts';
import type { DemoNode } from '../demo-node.ts';
import type { SceneContext } from '../story.ts';
import { hosts } from './simulator.ts';
import type { DemoCloud } from './simulator.ts';

const [safeHost, deadHost] = hosts;
/** So that Coppice is killed, and back, while Nova still builds. */
const slower = 4;

export function serverInError(cloud: DemoCloud): DemoFailure {
  return {
    name: 'ERROR',
    what: 'Nova sets its server to ERROR',
    nodes: (context) => unharmed(cloud, context),
    inflict: (nodes) => setAll(cloud, nodes, { status: 'ERROR', fault: 'The hypervisor lost the domain.' }),
  };
}

export function serverDeleted(cloud: DemoCloud): DemoFailure {
  return {
    name: 'DELETED',
    what: 'its server is deleted, and not by Coppice',
    nodes: (context) => unharmed(cloud, context),
    inflict: (nodes) => setAll(cloud, nodes, { status: 'DELETED' }),
  };
}

export function hostDies(cloud: DemoCloud): DemoFailure {
  return {
    name: 'HOST DOWN',
    target: deadHost,
    what: 'the host dies; Nova goes on saying ACTIVE of its servers',
    nodes: (context) => nodesOn(cloud, context, deadHost),
    inflict: () => cloud.setHost(deadHost, false),
    async afterwards(context, nodes) {
      const names = new Map((await cloud.hosts()).map((host) => [host.name, host]));
      const [dead, safe] = [names.get(deadHost), names.get(safeHost)];
      if (dead?.servers !== 0 || !dead.forced_down)
        throw new CliError(
          `${deadHost} was to be forced down in Nova and without servers, found ${JSON.stringify(dead)}`,
        );
      context.narrate({
        event: 'observed',
        what: `the ${nodes.length} servers are on ${safeHost} now, which has ${safe?.servers ?? 0}; ${deadHost} stays forced down in Nova until an operator lets it in again`,
        is_proof: true,
      });
    },
  };
}

export function serverDeletedAndCrash(cloud: DemoCloud): DemoFailure {
  return {
    ...serverDeleted(cloud),
    name: 'DELETED + crash',
    what: 'its server is deleted, and soon Coppice is killed',
    async inflict(nodes) {
      await cloud.slowDown(slower);
      await setAll(cloud, nodes, { status: 'DELETED' });
    },
    untilInTheMiddle: (followed) => untilBuilding(cloud, followed),
    async afterwards(context, nodes) {
      await cloud.slowDown(1);
      await expectOneNewServer(cloud, context, nodes);
    },
  };
}

/** Nova builds the new server, and its answer is the only trace that Coppice can have of it. */
function untilBuilding(cloud: DemoCloud, followed: Followed): Promise<string> {
  return untilUnderWay(followed, async ({ opened_at: openedAt }) => {
    const since = Date.parse(openedAt ?? '');
    const isBuilding = (await cloud.mutations()).some(
      ({ operation, metadata, began_at: began, ended_at: ended }) =>
        operation === 'create' &&
        metadata?.['cluster_node_id'] === followed.node.id &&
        began >= since &&
        ended === null,
    );
    return isBuilding ? 'RECREATE: Nova is building the new server' : undefined;
  });
}

/** One when the cluster was made, and one now. @throws CliError */
async function expectOneNewServer(
  cloud: DemoCloud,
  context: SceneContext,
  nodes: readonly DemoNode[],
): Promise<void> {
  const mutations = await cloud.mutations();
  for (const { id, name } of nodes) {
    const created = mutations.filter(({ metadata }) => metadata?.['cluster_node_id'] === id).length;
    if (created !== 2) throw new CliError(`${name}: one new server was to be created, found ${created - 1}`);
    const what = `Nova built one new server for ${name}, not two: Coppice found the one that it had asked for before it was killed`;
    context.narrate({ event: 'observed', what, is_proof: true });
  }
}

async function setAll(
  cloud: DemoCloud,
  nodes: readonly DemoNode[],
  change: Parameters<DemoCloud['setServer']>[1],
): Promise<void> {
  for (const { physicalId } of nodes) await cloud.setServer(physicalId ?? '', change);
}

async function nodesOn(cloud: DemoCloud, { nodes }: SceneContext, host: string): Promise<DemoNode[]> {
  const there = new Set((await cloud.servers()).filter((server) => server.host === host).map(({ id }) => id));
  return nodes.filter(({ physicalId }) => physicalId !== null && there.has(physicalId));
}

/**
 * One node that has not failed yet, since a second failure would be a relapse; on the host that stays, since
 * the other takes all of its servers with it.
 */
async function unharmed(cloud: DemoCloud, context: SceneContext): Promise<DemoNode[]> {
  const failed = new Set(context.recoveries.map(({ node }) => node));
  const node = (await nodesOn(cloud, context, safeHost)).find(({ name }) => !failed.has(name));
  if (node === undefined) throw new CliError(`there is no node left on ${safeHost} that has not failed yet`);
  return [node];
}
