/** A whole workflow, as published ones are: a host is fenced, and its servers come up on another one. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCloudSimulator, type CloudSimulator } from '../../../src/cloud-simulator/cloud-simulator.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import { ServiceClouds } from '../../../src/openstack/cloud.ts';
import { findSettings } from '../../../src/openstack/find-settings.ts';
import {
  embeddedWorkflows,
  type EmbeddedWorkflows,
} from '../../../src/workflow/runner/embedded-workflows.ts';
import { hasEnded } from '../../../src/workflow/workflow-service.ts';
import { openTestStore, type TestStore } from '../../support/backends.ts';
import { eventually } from '../../support/eventually.ts';
import { joined } from '../../support/membership.ts';
import { testSession } from '../../support/session.ts';

let simulator: CloudSimulator;
let clouds: ServiceClouds;
let opened: TestStore;
let workflows: EmbeddedWorkflows;

beforeAll(async () => {
  simulator = await startCloudSimulator({ settings: { latency: { answer_ms: 0, operation_ms: 30 } } });
  clouds = new ServiceClouds(findSettings({ env: simulator.environment }));
  opened = await openTestStore();
  const log = {
    error: ({ err }: { err: unknown }) => {
      throw err;
    },
  };
  workflows = embeddedWorkflows({ store: opened.store, membership: await joined(opened.store), clouds, log });
  await workflows.runner.start();
  await workflows.createDefinition(definitions, testSession);
});

afterAll(async () => {
  await workflows.runner.stop();
  await opened.close();
  await clouds.close();
  await simulator.close();
});

const definitions = `version: '2.0'
evacuate_host:
  input: [host]
  output: {moved: <% $.moved %>}
  tasks:
    service:
      action: nova.services_list host=<% $.host %> binary="nova-compute"
      publish: {service: <% task().result.first() %>}
      on-success: [fence: <% $.service.state = 'up' %>, servers: <% $.service.state != 'up' %>]
    fence:
      action: nova.services_force_down service_uuid=<% $.service.id %> force_down=true
      on-success: servers
    servers:
      action: nova.servers_list
      input: {search_opts: {host: <% $.host %>, all_tenants: true}}
      publish: {servers: <% task().result.id %>}
      on-success: evacuate
    evacuate:
      with-items: server in <% $.servers %>
      concurrency: 2
      workflow: evacuate_server server=<% $.server %> host=<% $.host %>
      publish: {moved: <% task().result.host %>}
evacuate_server:
  input: [server, host]
  output: {host: <% $.now %>}
  tasks:
    begin:
      action: nova.servers_evacuate server=<% $.server %>
      on-success: is_active
    is_active:
      action: nova.servers_find id=<% $.server %> status="ACTIVE"
      retry: {count: 100, delay: 0}
      on-success: where
    where:
      action: nova.servers_get server=<% $.server %>
      publish: {now: <% task().result.get('OS-EXT-SRV-ATTR:host') %>}
      on-success: [fail: <% $.now = $.host %>]
make:
  input: [name]
  output: {host: <% $.host %>}
  tasks:
    create:
      action: nova.servers_create name=<% $.name %> image="debian" flavor="m1.tiny" nics="none"
      publish: {id: <% task().result.id %>}
      on-success: wait
    wait:
      action: nova.servers_find id=<% $.id %> status="ACTIVE"
      retry: {count: 100, delay: 0}
      publish: {host: <% task().result.get('OS-EXT-SRV-ATTR:host') %>}
`;

async function run(workflowName: string, input: JsonObject) {
  const id = randomUUID();
  await workflows.start({ id, workflowName, input, env: {}, description: '', session: testSession });
  return await eventually(`the end of ${workflowName}`, async () => {
    const found = await workflows.get(id, testSession);
    return found !== undefined && hasEnded(found.state) && found;
  });
}

test('the servers of a host that is fenced are active on another one', async () => {
  const made = await Promise.all(['a', 'b', 'c', 'd'].map((name) => run('make', { name })));
  expect(made.map(({ state }) => state)).toEqual(['SUCCESS', 'SUCCESS', 'SUCCESS', 'SUCCESS']);
  const there = made.filter(({ output }) => output['host'] === 'compute1');
  expect(there.length).toBeGreaterThan(0);
  const { state, stateInfo, output } = await run('evacuate_host', { host: 'compute1' });
  expect({ state, stateInfo }).toEqual({ state: 'SUCCESS', stateInfo: null });
  expect(output).toEqual({ moved: there.map(() => 'compute2') });
  expect(simulator.world.servers.all.map(({ hostName }) => hostName)).not.toContain('compute1');
});

test('a call that Nova refuses fails the task with the words of mistral-extra', async () => {
  const { state, stateInfo } = await run('evacuate_server', { server: 'no-such-server', host: 'compute1' });
  expect(state).toBe('ERROR');
  expect(stateInfo).toContain(
    'NovaAction.servers.evacuate failed: Instance no-such-server could not be found. (HTTP 404) (Request-ID: req-',
  );
});
