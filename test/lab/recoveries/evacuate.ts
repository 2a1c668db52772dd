/**
 * A hypervisor dies: a workflow checks that its servers can be evacuated, Coppice evacuates them, and a
 * workflow confirms it. The policy and the workflows are those of examples/evacuate-host.
 */
import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { parse } from 'yaml';
import type { JsonObject } from '../../../src/domain/json.ts';
import { read } from '../../examples/sample.ts';
import type { CloudParts } from '../coppice/cloud-parts.ts';
import type { Recovery } from '../coppice/coppice-process.ts';
import { outlineOf, type RecoveryWorld } from './recovery-world.ts';

const SAMPLE = 'evacuate-host';
const HOST = 'compute1';

/** The outline of each recovery, as `evacuate` returns it. */
export const evacuated: readonly string[] = [
  'actions[0] REBUILD SKIPPED',
  'actions[1] RECREATE SKIPPED',
  'check WORKFLOW SUCCEEDED',
  'actions[3] EVACUATE SUCCEEDED',
  'confirm WORKFLOW SUCCEEDED',
];

/** @returns the outline of the recovery of each node that was on the host. */
export async function evacuate(world: RecoveryWorld): Promise<readonly (readonly string[])[]> {
  const { cloud, coppice, workflows, hosts } = world;
  const text = workflowsFor(world);
  await workflows.create(['check_evacuation', 'confirm_evacuation'], text);
  const credential = await applicationCredential(cloud);
  const cluster = await world.cluster('evacuate', 4, healthPolicy(), credential.metadata);
  const placed = await Promise.all(
    cluster.nodes.map(async (node) => ({ node, host: await cloud.hostOf(node.physical_id ?? '') })),
  );
  const [first, ...others] = placed.filter(({ host }) => host === HOST);
  if (first === undefined) throw new Error(`Nova has put no server of ${cluster.name} on ${HOST}`);
  try {
    await hosts.stop(HOST);
    const recoveries: Recovery[] = [await world.followRecovery(first.node)];
    for (const { node } of others) recoveries.push(await coppice.closedRecovery(node));
    for (const recovery of recoveries) expectEvacuated(recovery);
    await coppice.allHealthy(cluster.name);
    for (const { node, host } of placed) {
      const id = node.physical_id ?? '';
      const moved = host === HOST;
      const evacuations = (await cloud.actionsOf(id)).filter((action) => action === 'evacuate');
      expect(evacuations, `evacuations of a server on ${host}`).toHaveLength(moved ? 1 : 0);
      expect(await cloud.hostOf(id)).toBe('compute2');
    }
    await world.expectOneServerEach(cluster);
    return recoveries.map(outlineOf);
  } finally {
    await world.remove(cluster);
    await hosts.start(HOST);
    await credential.remove();
  }
}

function expectEvacuated(recovery: Recovery): void {
  expect({ ...recovery, class: recovery.failure.class }, recovery.reason).toMatchObject({
    class: 'HOST_DOWN',
    state: 'RECOVERED',
  });
  const steps = recovery.steps.filter(({ purpose }) => purpose !== 'verification');
  const outputs = Object.fromEntries(steps.map(({ item, output }) => [item, output]));
  expect(outputs['check']).toEqual({ host: HOST, targets: ['compute2'] });
  expect(outputs['confirm']).toEqual({ from: HOST, to: 'compute2', status: 'ACTIVE' });
}

/** Debian's Mistral does not have the actions of mistral-extra. */
function workflowsFor({ service, cloud: { lab } }: RecoveryWorld): string {
  if (service === 'embedded') return read(SAMPLE, 'workflow.yaml');
  return read(SAMPLE, 'workflow-std-http.yaml')
    .replaceAll('http://controller:5000/v3', lab.authUrl)
    .replaceAll('http://controller:8774', lab.endpoints.get('compute') ?? '');
}

function healthPolicy(): JsonObject {
  const { properties } = parse(read(SAMPLE, 'policy.yaml')) as {
    properties: { detection: JsonObject; recovery: JsonObject };
  };
  const { detection, recovery } = properties;
  const { actions } = recovery as { actions: readonly JsonObject[] };
  return {
    detection: { ...detection, interval: 1, failure_threshold: 1 },
    // The example's pauses are those of a real host that dies.
    recovery: {
      ...recovery,
      actions: actions.map((action) =>
        action['backoff'] === undefined ? action : { ...action, backoff: { delay: 1 } },
      ),
    },
    safety: { max_unhealthy: { percent: 100 }, max_in_flight: { percent: 100 } },
  };
}

/** One that may do what the user may, in the form in which the example takes it. */
export async function applicationCredential({ lab }: Pick<CloudParts, 'lab'>): Promise<{
  readonly metadata: JsonObject;
  readonly remove: () => Promise<void>;
}> {
  const path = `/v3/users/${lab.login('admin').userId}/application_credentials`;
  const request = { as: 'admin', service: 'identity' } as const;
  const secret = randomBytes(12).toString('hex');
  const name = `coppice-${secret.slice(0, 8)}`;
  const body = { application_credential: { name, secret } };
  const answer = await lab.send({ ...request, method: 'POST', path, body });
  const { application_credential: made } = answer.body as { application_credential: { id: string } };
  return {
    metadata: { openstack_credential_id: made.id, openstack_credential_secret: secret },
    remove: async () => void (await lab.send({ ...request, method: 'DELETE', path: `${path}/${made.id}` })),
  };
}
