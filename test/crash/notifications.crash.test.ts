/**
 * A real server with a real node and a real target: the notifications of a recovery survive the server's
 * death, and the figures are right.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { killChild, startChild, type RunningChild } from '../../src/cli/demo/child-process.ts';
import { eventually } from '../support/eventually.ts';
import { documentedCheck, WebhookServer } from '../support/webhook-server.ts';

const program = join(import.meta.dirname, '../../bin/coppice.js');
const secret = 'not to be seen in any log';

let directory: string;
let pager: WebhookServer;
let server: RunningChild | undefined;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'coppice-notify-'));
  pager = await WebhookServer.start();
  writeFileSync(join(directory, 'key'), secret);
  const target = `{name: pager, url: "http://user:hunter2@127.0.0.1:${pager.port}/", secret_file: ${directory}/key}`;
  writeFileSync(
    join(directory, 'coppice.yaml'),
    `data_dir: ${directory}/data\nlisten: 127.0.0.1:0\nnotification_targets: [${target}]\n`,
  );
  await startServer();
});

afterEach(async () => {
  if (server !== undefined) await killChild(server);
  killNode();
  await pager.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function startServer(): Promise<void> {
  const args = [program, '--json', 'serve', '--config', join(directory, 'coppice.yaml')];
  const command = { name: 'Coppice', args, cwd: directory, log: join(directory, 'log') };
  server = await startChild(command, AbortSignal.timeout(15_000));
}

function killNode(): void {
  try {
    process.kill(Number(readFileSync(join(directory, 'pid'), 'utf8')), 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

async function ask<T>(method: string, path: string, body?: object): Promise<T> {
  const payload = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await fetch(`${server?.url}/v1${path}`, { method, ...payload });
  const text = await answer.text();
  expect(answer.ok, text).toBe(true);
  return JSON.parse(text) as T;
}

/** The figures of `/metrics` whose name begins so, by name and labels. */
async function figures(prefix: string): Promise<Record<string, number>> {
  const text = await (await fetch(`${server?.url}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(prefix) && !line.includes('_bucket'));
  return Object.fromEntries(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(prefix.length, space), Number(line.slice(space + 1))];
    }),
  );
}

/** A cluster of one node, that is watched each second. */
async function watchedCluster(): Promise<void> {
  const command = ['sh', '-c', `echo $$ > ${directory}/pid; exec sleep 1000`];
  const profile = { type: 'local.process', version: '1.0', properties: { command } };
  const policy = {
    type: 'senlin.policy.health',
    version: '1.3',
    properties: {
      detection: { interval: 1, node_update_timeout: 0, detection_modes: [{ type: 'NODE_STATUS_POLLING' }] },
      recovery: { actions: [{ name: 'REBOOT', timeout: 20 }] },
    },
  };
  const made = { name: 'web', profile_id: 'p', desired_capacity: 1 };
  await ask('POST', '/profiles', { profile: { name: 'p', spec: profile } });
  await ask('POST', '/policies', { policy: { name: 'h', spec: policy } });
  await ask('POST', '/clusters', { cluster: made });
  await eventually('the cluster is there', async () => {
    const { cluster } = await ask<{ cluster: { status: string } }>('GET', '/clusters/web');
    return cluster.status === 'ACTIVE';
  });
  await ask('POST', '/clusters/web/actions', { policy_attach: { policy_id: 'h', enabled: true } });
  await eventually('it is healthy', async () => (await figures('coppice_nodes'))['{health="HEALTHY"}'] === 1);
}

it('delivers the notifications of a recovery after a crash, in order and once, while the figures stay true', async () => {
  const isFromCoppice = await documentedCheck();
  await watchedCluster();
  pager.answers = Array.from({ length: 100 }, () => 503);
  killNode();
  await eventually('a recovery has ended', async () => {
    const { recoveries } = await ask<{ recoveries: { state: string }[] }>('GET', '/recoveries');
    return recoveries[0]?.state === 'RECOVERED';
  });
  await eventually('the target was tried', () => pager.received.length > 0);
  expect(await figures('coppice_recoveries_total')).toMatchObject({
    '{result="RECOVERED",mode="ENFORCE"}': 1,
    '{result="EXHAUSTED",mode="ENFORCE"}': 0,
  });
  expect(await figures('coppice_recovery_step_seconds')).toMatchObject({
    '_count{action="REBOOT",result="SUCCEEDED"}': 1,
  });
  expect(await figures('coppice_time_to_')).toMatchObject({
    detect_seconds_count: 1,
    recover_seconds_count: 1,
  });
  expect(await figures('coppice_notifications_waiting')).toEqual({ '{target="pager"}': 4 });

  if (server !== undefined) await killChild(server);
  pager.answers = [];
  await startServer();
  await eventually('all is delivered', async () => {
    return (await figures('coppice_notifications_waiting'))['{target="pager"}'] === 0;
  });
  expect(pager.ids).toHaveLength(4);
  const types = pager.ids.map((id) => pager.received.find((each) => each.id === id)?.type);
  expect(types).toEqual([
    'recovery.opened',
    'recovery.step_ended',
    'recovery.step_ended',
    'recovery.recovered',
  ]);
  for (const { headers, body } of pager.received) expect(isFromCoppice(headers, body, secret)).toBe(true);
  const last = pager.received.at(-1)?.data['recovery'] as { url: string; state: string };
  expect(last).toMatchObject({ state: 'RECOVERED' });
  expect((await fetch(last.url)).status).toBe(200);

  expect(await figures('coppice_notifications_total')).toMatchObject({
    '{target="pager",result="delivered"}': 4,
  });
  // Of this process; of the nodes there is what there is.
  expect(await figures('coppice_recoveries_total')).toMatchObject({
    '{result="RECOVERED",mode="ENFORCE"}': 0,
  });
  expect(await figures('coppice_nodes')).toMatchObject({ '{health="HEALTHY"}': 1, '{health="FAILED"}': 0 });
  expect(await figures('coppice_recoveries_open')).toEqual({ '{state="held"}': 0, '{state="running"}': 0 });
  expect(readFileSync(join(directory, 'log'), 'utf8')).not.toMatch(/hunter2|not to be seen/);
}, 60_000);
