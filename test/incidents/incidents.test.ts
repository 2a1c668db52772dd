/**
 * Incidents as an operator meets them. Each is made on a real server with real processes; then the output of
 * the commands has to answer three questions: what failed, why nothing more is done, and what the operator
 * has to do (`docs/explainability.md`).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import { IncidentServer } from './incident-server.ts';

const sleeper = ['sleep', '1000'];
const detection = { interval: 1, detection_modes: [{ type: 'NODE_STATUS_POLLING' }] };

function policy(recovery: JsonObject, more: JsonObject = {}): JsonObject {
  return { detection, recovery, ...more };
}

const workflowStep = (name: string): JsonObject => ({ name: 'WORKFLOW', params: { workflow_name: name } });

let server: IncidentServer;

beforeAll(async () => {
  server = await IncidentServer.start();
  await server.workflow(
    [
      'drain: {tasks: {a: {action: std.noop}}}',
      'hang: {tasks: {a: {action: std.noop, wait-before: 3600}}}',
      'attach: {tasks: {a: {action: std.fail}}}',
      'approve: {tasks: {a: {pause-before: true, action: std.noop}}}',
    ].join('\n'),
  );
}, 60_000);

afterAll(() => server.stop(), 60_000);

describe.concurrent('an incident', { timeout: 120_000 }, () => {
  test('1: a program that ends again soon after each recovery is quarantined', async () => {
    const recovery = {
      strategy: 'ESCALATE',
      actions: [{ name: 'REBOOT' }],
      retry: { episodes: 2, window: 600, delay: 1 },
    };
    const program = ['sh', '-c', 'sleep 4; exit 7'];
    await server.cluster('loop', program, policy(recovery), 1);
    await server.seeUntil('loop', [
      /QUARANTINED/,
      /exit status 7/,
      /coppice node release loop-1/,
      /again|time/,
    ]);
  });

  test('2: a workflow that the policy names does not exist', async () => {
    const recovery = {
      actions: [workflowStep('drian'), { name: 'REBOOT' }],
      retry: { episodes: 1, window: 600 },
    };
    await server.cluster('missing', sleeper, policy(recovery), 1);
    await server.killNode('missing-1');
    await server.seeUntil('missing', [
      /there is no workflow drian/,
      /did you mean `?drain/,
      /1\. coppice workflow create FILE/,
      /node release missing-1/,
    ]);
  });

  test('3: a hook after the recovery fails, and the node is healthy', async () => {
    const recovery = { actions: [{ name: 'REBOOT', after: [workflowStep('attach')] }] };
    await server.cluster('hook', sleeper, policy(recovery), 1);
    await server.killNode('hook-1');
    await server.seeUntil('hook', [
      /attach/,
      /2\. coppice workflow rerun /,
      /3\. coppice workflow run attach/,
      /4\. coppice recovery ack/,
    ]);
  });

  test('4: a workflow of the recovery is paused', async () => {
    const recovery = { actions: [workflowStep('approve'), { name: 'REBOOT' }] };
    await server.cluster('paused', sleeper, policy(recovery), 1);
    await server.killNode('paused-1');
    await server.seeUntil('paused', [/PAUSED since /, /coppice workflow resume [0-9a-f-]+/]);
  });

  test('5: too many nodes are unhealthy at once', async () => {
    const safety = { max_unhealthy: { percent: 50, at_least: 1 } };
    await server.cluster('many', sleeper, policy({ actions: [{ name: 'RECREATE' }] }, { safety }));
    await Promise.all([server.killNode('many-1'), server.killNode('many-2')]);
    await server.seeUntil('many', [/max_unhealthy/, /2 of 2|2 nodes/, /0 recovering|held/, /coppice /]);
  });

  test('6: the rate limit holds the next recovery', async () => {
    const safety = { rate_limit: { cluster: '1/1h' } };
    await server.cluster('rate', sleeper, policy({ actions: [{ name: 'REBOOT' }] }, { safety }));
    await server.killNode('rate-1');
    await server.seeUntil('rate', [/RECOVERED/]);
    await server.killNode('rate-2');
    await server.seeUntil('rate', [
      /rate_limit/,
      /1 recovery of this cluster in 60 min, the limit is 1/,
      /in \d+ min|until/,
      /coppice node recover rate-2/,
    ]);
  });

  test('7: the breaker has opened', async () => {
    const safety = { breaker: { failures: 1, window: 600, open: 900 } };
    await server.cluster('breaker', sleeper, policy({ actions: [workflowStep('attach')] }, { safety }), 1);
    await server.killNode('breaker-1');
    await server.seeUntil('breaker', [
      /breaker +OPEN/,
      /did not help/,
      / do: coppice cluster breaker reset breaker/,
    ]);
  });

  test('8: the policy is disabled', async () => {
    await server.cluster('off', sleeper, policy({ actions: [{ name: 'REBOOT' }] }), 1);
    await server.type('cluster', 'policy-update', 'off', 'off', '--disable', '--wait');
    await server.seeUntil('off', [/disabled/, /not probed/, /coppice cluster policy-update off/]);
  });

  test('9: a dead node was excluded', async () => {
    await server.cluster('out', sleeper, policy({ actions: [{ name: 'REBOOT' }] }), 1);
    await server.type('node', 'exclude', 'out-1', '--reason', 'disk swap');
    await server.killNode('out-1');
    await server.seeUntil('out', [/excluded/, /disk swap/, /coppice node include out-1/]);
  });

  test('10: healing is paused, and a node is dead', async () => {
    await server.cluster('rest', sleeper, policy({ actions: [{ name: 'REBOOT' }] }), 1);
    await server.type('cluster', 'pause', 'rest', '--for', '2h', '--reason', 'new switch');
    await server.killNode('rest-1');
    await server.seeUntil('rest', [/new switch/, /PROCESS_EXITED|has ended/, /coppice cluster resume rest/]);
  });

  test('11: the power of a rack fails: its nodes are held, and recovered when an operator releases the outage', async () => {
    const zoneOutage = { action: 'HOLD', domain: 'LABEL', label: 'rack', percent: 100 };
    const recovery = { actions: [{ name: 'REBOOT' }] };
    await server.cluster('rack', sleeper, policy(recovery, { safety: { zone_outage: zoneOutage } }), 4);
    const racks = ['r1', 'r1', 'r2', 'r2'];
    for (const [index, rack] of racks.entries())
      await server.type('node', 'update', `rack-${index + 1}`, '--metadata', `rack=${rack}`, '--wait');
    await Promise.all([server.killNode('rack-1'), server.killNode('rack-2')]);
    await server.seeUntil('rack', [
      /rack r1 has had an outage since .*: 2 of its 2 nodes failed/,
      /zone_outage/,
      /coppice cluster zone-outage release rack/,
    ]);
    await server.type('cluster', 'zone-outage', 'release', 'rack');
    await server.seeUntil('rack', [/4 healthy|4\/4/]);
  });

  test('13: a hook before the action hangs: the way past it is told, and it works', async () => {
    const recovery = { actions: [{ name: 'REBOOT', before: [workflowStep('hang')] }] };
    await server.cluster('hang', sleeper, policy(recovery), 1);
    await server.killNode('hang-1');
    await server.seeUntil('hang', [
      /hang-1: before REBOOT: WORKFLOW hang: has run for .* and has .* more at most \(until 2\d{3}-\S+Z\)/,
      /coppice recovery cancel \S+ \(end this recovery: .* begins with its hooks again\)/,
      /the way past WORKFLOW hang\n/,
    ]);
    const { health } = await server.see('hang');
    const [, way = ''] = health.split('the way past WORKFLOW hang');
    const commands = [...way.matchAll(/ \d\. coppice (.*?) \(/g)].map(([, words = '']) => words.split(' '));
    const [exclude = [], cancel = [], recover = [], include = []] = commands;
    await server.type(...exclude);
    expect(await server.type(...cancel)).toContain('no recovery begins before coppice node include hang-1');
    await server.type(...recover);
    await server.type(...include);
    await server.seeUntil('hang', [/HEALTHY +1\/1/, /hang-1 +RECOVERED/, /hang-1 +CANCELLED/]);
  });

  test('20: a hook before the action fails: its error, and what ends it, typed as it stands', async () => {
    const recovery = {
      actions: [{ name: 'REBOOT', before: [workflowStep('attach')] }],
      retry: { episodes: 1, window: 600 },
    };
    await server.cluster('stuck', sleeper, policy(recovery), 1);
    await server.killNode('stuck-1');
    const way = /2\. coppice (node recover stuck-1 --operation REBOOT --wait) \(/;
    const said = await server.seeUntil('stuck', [
      way,
      /the hook WORKFLOW attach has failed \(stuck-1\)/,
      /1\. coppice workflow show [0-9a-f-]+ \(.*task a/,
      /3\. coppice node release stuck-1/,
    ]);
    const [, past = ''] = way.exec(said) ?? [];
    await server.type(...past.split(' '));
    await server.type('node', 'release', 'stuck-1');
    await server.seeUntil('stuck', [/HEALTHY +1\/1/]);
  });

  test('12: poll_url is one address for all nodes: the policy is named, and a recovery of a node nowhere', async () => {
    const options = { poll_url: 'http://127.0.0.1:1/health', poll_url_retry_limit: 1 };
    const modes = [{ type: 'NODE_STATUS_POLL_URL', options }];
    await server.cluster('alike', sleeper, {
      detection: { interval: 1, detection_modes: modes, node_update_timeout: 1 },
      recovery: { actions: [{ name: 'REBOOT' }] },
      safety: { max_unhealthy: { percent: 50, at_least: 1 } },
    });
    await server.seeUntil('alike', [
      /max_unhealthy/,
      /alike-1, alike-2 all fail at the same address http:\/\/127\.0\.0\.1:1/,
      /do: coppice policy show alike/,
    ]);
    const { status, health } = await server.see('alike');
    expect(status + health).not.toContain('node recover');
  });
});
