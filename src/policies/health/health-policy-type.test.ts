import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { cases } from '../../../test/support/soak.ts';
import { describe, expect, test } from 'vitest';
import { toSenlinSchema } from '../../domain/spec-schema.ts';
import { parse } from 'yaml';
import { describeIssue } from '../../domain/errors.ts';
import { zoneOutageActions, type HealthPolicy } from '../../domain/health-policy.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { AddressGuard } from '../../outbound/address-guard.ts';
import { readPolicyDocument } from '../policy-document.ts';
import { defaultCheckSettings, type CheckedProfileType } from '../policy-type.ts';
import { findPolicyType } from '../registry.ts';
import { heatStack } from '../../profiles/os-heat-stack/os-heat-stack.ts';
import { localProcess } from '../../profiles/local-process/local-process.ts';
import { novaServer } from '../../profiles/os-nova-server/os-nova-server.ts';
import { healthPolicyTypes, parseHealthPolicy } from './health-policy-type.ts';

const data = new URL('../../../test/data/policies/', import.meta.url);
const examples = new URL('../../../examples/policies/', import.meta.url);

function read(name: string): JsonObject {
  return parse(readFileSync(new URL(name, data), 'utf8')) as JsonObject;
}

function meaningOf(spec: JsonObject): HealthPolicy {
  const document = readPolicyDocument(spec);
  if (!document.ok) throw new Error(document.issues.map(describeIssue).join('\n'));
  const check = parseHealthPolicy(document.properties, document.type.version);
  if (!check.ok) throw new Error(check.issues.map(describeIssue).join('\n'));
  return check.value;
}

function issuesOf(properties: Json, version = '1.3'): string[] {
  const check = parseHealthPolicy(properties, version);
  return check.ok ? [] : check.issues.map(describeIssue);
}

function warningsOf(properties: Json, version = '1.3'): string[] {
  const check = parseHealthPolicy(properties, version);
  if (!check.ok) throw new Error(check.issues.map(describeIssue).join('\n'));
  return check.warnings.map(describeIssue);
}

function workflowStep(inputs: JsonObject, name = 'a'): JsonObject {
  return policy13({ recovery: { actions: [{ name: 'WORKFLOW', params: { workflow_name: name, inputs } }] } });
}

/** Cases of one form: what is written where it belongs, and what is said of it. */
function oneEach(
  form: (written: JsonObject) => Json,
  prefix: string,
  cases: readonly (readonly [JsonObject, string])[],
): [string, Json, string][] {
  return cases.map(([written, said]) => [JSON.stringify(written), form(written), prefix + said]);
}

function polling(...options: JsonObject[]): JsonObject {
  const modes = options.map((each) => ({
    type: 'NODE_STATUS_POLL_URL',
    options: { poll_url: 'http://{address}', ...each },
  }));
  return policy13({ detection: { detection_modes: modes } });
}

function policy13(
  changes: { detection?: JsonObject; recovery?: JsonObject; safety?: JsonObject; mode?: string } = {},
): JsonObject {
  const { detection, recovery, ...rest } = changes;
  return {
    detection: { detection_modes: [{ type: 'NODE_STATUS_POLLING' }], ...detection },
    recovery: { actions: [{ name: 'RECREATE' }], ...recovery },
    ...rest,
  };
}

describe('what Senlin published', () => {
  const recreate = {
    strategy: 'ESCALATE',
    verify: 'DETECTION',
    nodeDeleteTimeoutMs: 20_000,
    nodeForceRecreate: false,
  };
  const url = {
    poll_url: 'http://myhealthservice/health/node/{nodename}',
    poll_url_healthy_response: 'passing',
    poll_url_retry_limit: 3,
    poll_url_retry_interval: 2,
    poll_url_ssl_verify: true,
    poll_url_conn_error_as_unhealthy: true,
  };

  test.each([
    [
      'senlin-1.0-poll.yaml',
      {
        detection: {
          intervalMs: 600_000,
          nodeUpdateTimeoutMs: 300_000,
          modes: [{ type: 'NODE_STATUS_POLLING' }],
        },
        recovery: recreate,
      },
    ],
    [
      'senlin-1.1-poll.yaml',
      { detection: { intervalMs: 600_000, failureThreshold: 1, successThreshold: 1 }, recovery: recreate },
    ],
    [
      'senlin-1.0-reboot-fencing.yaml',
      { recovery: { fencing: ['COMPUTE'], items: [{ name: 'REBOOT', params: { type: 'SOFT' } }] } },
    ],
    [
      'senlin-1.0-events.yaml',
      { detection: { modes: [{ type: 'LIFECYCLE_EVENTS' }] }, recovery: { verify: 'DETECTION' } },
    ],
    [
      'senlin-1.1-events.yaml',
      { detection: { modes: [{ type: 'LIFECYCLE_EVENTS' }] }, recovery: { verify: 'DETECTION' } },
    ],
    [
      'senlin-1.2-all-failed.yaml',
      { detection: { recoveryConditional: 'ALL_FAILED' }, recovery: { items: [{ name: 'REBUILD' }] } },
    ],
    ...['senlin-1.0-poll-url.yaml', 'senlin-1.1-poll-url.yaml'].map(
      (name) =>
        [
          name,
          {
            detection: {
              intervalMs: 120_000,
              nodeUpdateTimeoutMs: 240_000,
              modes: [{ type: 'NODE_STATUS_POLL_URL', options: url }],
            },
            recovery: { nodeDeleteTimeoutMs: 90_000, nodeForceRecreate: true, items: [{ name: 'RECREATE' }] },
          },
        ] as const,
    ),
  ] as const)('%s means what its documentation says', (name, meaning) => {
    expect(meaningOf(read(name))).toMatchObject({ ...meaning, mode: 'ENFORCE' });
  });

  test('an absent key has no limit and no retry, as in Senlin', () => {
    const policy = meaningOf(read('senlin-1.1-poll.yaml'));
    expect(policy.safety).toEqual({
      maxUnhealthy: null,
      maxInFlight: null,
      rateLimit: { node: null, cluster: null },
      breaker: null,
      zoneOutage: null,
    });
    expect(policy.recovery.retry).toBeNull();
  });

  test('several actions are tried one by one, and none is RECREATE, before 1.3', () => {
    const several = {
      detection: { detection_modes: [] },
      recovery: { actions: [{ name: 'REBOOT' }, { name: 'REBUILD' }] },
    };
    const check = parseHealthPolicy(several, '1.2');
    expect(check).toMatchObject({
      ok: true,
      value: { recovery: { strategy: 'ESCALATE', items: [{ onFailure: { kind: 'NEXT' } }, {}] } },
    });
    const none = parseHealthPolicy({ detection: {}, recovery: {} }, '1.0');
    expect(none).toMatchObject({ ok: true, value: { recovery: { items: [{ name: 'RECREATE' }] } } });
    expect(issuesOf(policy13({ recovery: { actions: [] } }))).toEqual([
      'recovery.actions: expected at least one action, found an empty list',
    ]);
  });

  test('scalars are read as Senlin reads them', () => {
    const loose = {
      detection: {
        interval: '60',
        detection_modes: [
          {
            type: 'NODE_STATUS_POLL_URL',
            options: { poll_url: 'http://a', poll_url_ssl_verify: 'no', poll_url_healthy_response: 200 },
          },
        ],
      },
      recovery: { actions: [{ name: 'RECREATE' }], node_force_recreate: 'True' },
    };
    expect(parseHealthPolicy(loose, '1.2')).toMatchObject({
      ok: true,
      value: {
        detection: {
          intervalMs: 60_000,
          modes: [{ options: { poll_url_ssl_verify: false, poll_url_healthy_response: '200' } }],
        },
        recovery: { nodeForceRecreate: true },
      },
    });
  });

  test('the schema of 1.1 has the keys, types, defaults and words that Senlin has', () => {
    const recorded = JSON.parse(readFileSync(new URL('senlin-health-1.1-schema.json', data), 'utf8')) as Json;
    const { fields = {} } = findPolicyType('senlin.policy.health-1.1') ?? {};
    expect(withoutDescriptions(toSenlinSchema(fields, '1.1') as unknown as Json)).toEqual(recorded);
  });

  test('the data of a binding is what Senlin shows', () => {
    const [, health11] = healthPolicyTypes;
    expect(health11?.bindingData(meaningOf(read('senlin-1.1-poll.yaml')))).toEqual({
      HealthPolicy: {
        version: '1.2',
        data: {
          interval: 600,
          node_update_timeout: 300,
          recovery_conditional: 'ANY_FAILED',
          node_delete_timeout: 20,
          node_force_recreate: false,
          detection_modes: [
            {
              type: 'NODE_STATUS_POLLING',
              poll_url: '',
              poll_url_conn_error_as_unhealthy: true,
              poll_url_healthy_response: '',
              poll_url_retry_interval: '',
              poll_url_retry_limit: '',
              poll_url_ssl_verify: true,
            },
          ],
        },
      },
    });
  });
});

function withoutDescriptions(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutDescriptions);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(
    ([key, entry]) => !(key === 'description' && typeof entry === 'string'),
  );
  return Object.fromEntries(entries.map(([key, entry]) => [key, withoutDescriptions(entry)]));
}

describe('poll_url', () => {
  test('that is the same for every node is probably not meant', () => {
    expect(warningsOf(polling({ poll_url: 'http://health.example/ready' }))).toEqual([
      'detection.detection_modes[0].options.poll_url: expected a URL with a placeholder, such as {address}, found one without (it is the same for every node, so that it says nothing about one of them)',
    ]);
  });

  test('of more than 2,000 characters is refused', () => {
    const [issue] = issuesOf(polling({ poll_url: `http://{address}/${'x'.repeat(70_000)}` }), '1.3');
    expect(issue).toContain('expected at most 2000 characters, found 70017');
  });
});

describe('poll_url_timeout', () => {
  test('is the time for one try, from 1.3', () => {
    expect(issuesOf(polling({ poll_url_timeout: 0.5 }))).toEqual([]);
    expect(issuesOf(polling({ poll_url_timeout: 0 })).join()).toMatch(/poll_url_timeout: expected .*found 0/);
    expect(issuesOf(polling({ poll_url_timeout: 2 }), '1.2').join()).toMatch(/poll_url_timeout/);
    const check = parseHealthPolicy(polling({ poll_url_timeout: 2 }), '1.3');
    expect(check).toMatchObject({
      ok: true,
      value: { detection: { modes: [{ options: { poll_url_timeout: 2 } }] } },
    });
  });

  test('of an interval or more is probably not meant', () => {
    expect(warningsOf(polling({ poll_url_timeout: 59 }))).toEqual([]);
    expect(warningsOf(polling({ poll_url_timeout: 60 }))).toEqual([
      'detection.detection_modes[0].options.poll_url_timeout: expected less than detection.interval (60), found 60 (a node that does not answer misses the rounds meanwhile)',
    ]);
  });
});

test('a poll_url to an address that Coppice does not connect to is refused, with what allows it', () => {
  const guard = new AddressGuard({ allow: [], refuse: ['10.0.0.0/8'] });
  const settings = { ...defaultCheckSettings, objectionTo: (address: string) => guard.objection(address) };
  const issues = (poll_url: string): string => {
    const check = parseHealthPolicy(polling({ poll_url }), '1.3', settings);
    return check.ok ? '' : check.issues.map(describeIssue).join();
  };
  for (const url of [
    'http://169.254.169.254/latest',
    'http://2852039166/{nodename}',
    'http://[fe80::1]/',
    'http://me:pw@10.1.1.1/',
  ]) {
    expect(issues(url)).toMatch(
      /poll_url: expected a host that Coppice connects to, found [\d.a-f:]+ \(the address .*outbound\./,
    );
    expect(issues(url)).not.toContain('pw');
  }
  for (const url of ['http://{address}:{port}/', 'http://127.0.0.1/', 'http://metadata.example/'])
    expect(issues(url)).toBe('');
});

describe('version 1.3', () => {
  test('the whole of it has one meaning', () => {
    const { detection, recovery, safety } = meaningOf(read('coppice-1.3-whole.yaml'));
    expect(detection).toMatchObject({ failureThreshold: 2, successThreshold: 3 });
    expect(detection.modes.map((mode) => mode.type).at(-1)).toBe('LIFECYCLE_EVENTS');
    expect(recovery).toMatchObject({
      strategy: 'CHAIN',
      retry: { episodes: 3, windowMs: 86_400_000, delayMs: 60_000 },
      onSuccess: [{ id: 'on_success[0]', name: 'WORKFLOW' }],
      onExhausted: [{ params: { workflow_name: 'page_someone' } }],
    });
    expect(recovery.items).toMatchObject([
      {
        id: 'precheck',
        onFailure: { kind: 'STOP' },
        timeoutGiven: false,
        timeoutMs: 3_600_000,
        attempts: 1,
        when: null,
      },
      {
        id: 'actions[1]',
        timeoutMs: 600_000,
        attempts: 2,
        backoff: { delayMs: 15_000, factor: 2, maxDelayMs: 120_000 },
        before: [{ id: 'actions[1].before[0]' }],
        when: ['HOST_DOWN', 'SERVER_ERROR'],
      },
      { id: 'move' },
    ]);
    expect(safety).toEqual({
      maxUnhealthy: { percent: 40, atLeast: 1 },
      maxInFlight: { percent: 10, atLeast: 1 },
      rateLimit: { node: { count: 3, periodMs: 3_600_000 }, cluster: { count: 10, periodMs: 3_600_000 } },
      breaker: { failures: 5, windowMs: 1_800_000, openMs: 900_000 },
      zoneOutage: null,
    });
  });

  test('zone_outage may be its action alone', () => {
    const outageOf = (outage: Json, interval = 60) => {
      const made = policy13({ detection: { interval }, safety: { zone_outage: outage } });
      const check = parseHealthPolicy(made, '1.3');
      return check.ok ? check.value.safety.zoneOutage : check.issues;
    };
    const zone = { domain: { kind: 'ZONE' }, percent: 60, atLeast: 2, withinMs: 120_000 };
    expect(outageOf('HOLD')).toEqual({ action: 'HOLD', ...zone });
    expect(outageOf({ action: 'HOLD' }, 100)).toMatchObject({ withinMs: 200_000 });
    const rack = { domain: 'LABEL', label: 'rack', percent: 75, at_least: 3, within: 90 };
    expect(outageOf({ action: 'HOLD', ...rack })).toEqual({
      action: 'HOLD',
      domain: { kind: 'LABEL', label: 'rack' },
      percent: 75,
      atLeast: 3,
      withinMs: 90_000,
    });
  });

  test.each<[Json, string]>([
    [
      { action: 'HOLD', domain: 'LABEL' },
      'label: expected the key of the metadata whose values are the domains, found nothing (for nodes with the metadata {rack: r1}: label: rack)',
    ],
    [
      { action: 'HOLD', label: 'rack' },
      'label: expected domain: LABEL beside it, found "rack" (leave it out where nodes fail with their zone or host)',
    ],
    [{ percent: 60 }, `action: expected one of ${zoneOutageActions.join(', ')}, found nothing`],
    ['HOLDS', `action: expected one of ${zoneOutageActions.join(', ')}, found "HOLDS" (did you mean HOLD?)`],
    [{ action: 'HOLD', at_least: 1 }, 'at_least: expected a whole number of at least 2, found 1'],
  ])('of zone_outage %j it says what is wrong', (outage, issue) => {
    expect(issuesOf(policy13({ safety: { zone_outage: outage } }))).toEqual([`safety.zone_outage.${issue}`]);
  });

  test('the examples are valid as they stand', () => {
    const names = readdirSync(examples).filter((name) => name.startsWith('health-'));
    expect(names.length).toBeGreaterThan(2);
    for (const name of names) {
      const document = readPolicyDocument(parse(readFileSync(new URL(name, examples), 'utf8')) as Json);
      const check = document.ok ? document.type.check(document.properties) : document;
      expect(check, name).toMatchObject({ ok: true, warnings: [] });
    }
  });

  test.each<[string, Json, string]>([
    [
      'an unknown key',
      policy13({ detection: { intervall: 5 } }),
      'detection.intervall: expected one of detection_modes, failure_threshold, interval, node_update_timeout, recovery_conditional, success_threshold, found an unknown key (did you mean interval?)',
    ],
    [
      'a definition beside the inputs',
      policy13({
        recovery: { actions: [{ name: 'WORKFLOW', params: { workflow_name: 'w', definition: 'x' } }] },
      }),
      'recovery.actions[0].params.definition: expected one of workflow_name, inputs, found an unknown key (an input of the workflow belongs in inputs: inputs.definition)',
    ],
    [
      'no map at all',
      'RECREATE',
      'expected a map with any of mode, detection, recovery, safety, found "RECREATE"',
    ],
    ['nothing', null, 'expected a map with any of mode, detection, recovery, safety, found null'],
    [
      'a missing part',
      { detection: {} },
      'recovery: expected a map with any of actions, fencing, node_delete_timeout, node_force_recreate, strategy, on_success, on_exhausted, retry, relapse, verify, stabilize, found nothing',
    ],
    [
      'a wrong type',
      policy13({ detection: { interval: [60] } }),
      'detection.interval: expected a whole number of at least 1, found a list of 1',
    ],
    [
      'a part of a second',
      policy13({ detection: { interval: 1.5 } }),
      'detection.interval: expected a whole number of at least 1, found 1.5',
    ],
    [
      'an interval of 0 s',
      policy13({ detection: { interval: 0 } }),
      'detection.interval: expected a whole number of at least 1, found 0',
    ],
    [
      'a time with a unit',
      policy13({ recovery: { stabilize: '1h' } }),
      'recovery.stabilize: expected a number of at least 0, found "1h" (times are in seconds, without a unit: 3600)',
    ],
    [
      'a percentage with its sign',
      policy13({ safety: { max_in_flight: { percent: '40%' } } }),
      'safety.max_in_flight.percent: expected a number from 0 to 100, found "40%" (write 40, without the sign)',
    ],
    [
      'a key without a value',
      policy13({ recovery: { stabilize: null } }),
      'recovery.stabilize: expected a number of at least 0, found null (the key has no value: give it one, or leave it out)',
    ],
    [
      'a workflow of no name',
      workflowStep({}, ' '),
      'recovery.actions[0].params.workflow_name: expected the name of a workflow, found " "',
    ],
    [
      'a URL that no node can make one',
      polling({ poll_url: 'http://{address}:99999/' }),
      'detection.detection_modes[0].options.poll_url: expected a URL, found a text that is none (poll_url is not a URL once its placeholders are filled in)',
    ],
    [
      'an endless number',
      policy13({ detection: { node_update_timeout: 1e300 } }),
      'detection.node_update_timeout: expected a whole number from 0 to 1000000000, found 1e+300',
    ],
    [
      'an unknown action',
      policy13({ recovery: { actions: [{ name: 'REBOOOT' }] } }),
      'recovery.actions[0].name: expected one of REBOOT, REBUILD, RECREATE, WORKFLOW, EVACUATE, MIGRATE, START, RESUME, UNPAUSE, found "REBOOOT" (did you mean REBOOT?)',
    ],
    [
      'an action by the name that another system gives it',
      policy13({ recovery: { actions: [{ name: 'RESTART' }] } }),
      'recovery.actions[0].name: expected one of REBOOT, REBUILD, RECREATE, WORKFLOW, EVACUATE, MIGRATE, START, RESUME, UNPAUSE, found "RESTART" (did you mean REBOOT?)',
    ],
    ...oneEach(
      (action) => policy13({ recovery: { actions: [{ name: 'REBOOT', ...action }] } }),
      'recovery.actions[0].',
      [
        [
          { when: 'SERVER_ERROR' },
          'when: expected a map with a list of failure classes, such as {failure: [SERVER_ERROR]}, found "SERVER_ERROR" (write {failure: [SERVER_ERROR]})',
        ],
        [
          { when: ['server_eror'] },
          'when: expected a map with a list of failure classes, such as {failure: [SERVER_ERROR]}, found a list of 1 (write {failure: [SERVER_ERROR]})',
        ],
        [
          { when: { failure: 'HOST_DOWN' } },
          'when.failure: expected a list of failure classes, such as [SERVER_ERROR], found "HOST_DOWN" (write [HOST_DOWN])',
        ],
        [
          { when: { failure: ['host_down'] } },
          'when.failure[0]: expected a failure class, such as SERVER_ERROR, found "host_down" (did you mean HOST_DOWN?)',
        ],
        [
          { on_failure: 'CONTINUE' },
          'on_failure: expected STOP, NEXT or GOTO <id>, found "CONTINUE" (did you mean NEXT?)',
        ],
        [
          { before: 'drain' },
          'before: expected a list, found "drain" (write [{name: WORKFLOW, params: {workflow_name: drain}}])',
        ],
        [
          { params: { type: null } },
          'params.type: expected a value, found null (the key has no value: give it one, or leave it out)',
        ],
      ],
    ),
    ...oneEach((safety) => policy13({ safety }), 'safety.', [
      [
        { zone_outage: true },
        'zone_outage: expected HOLD, REPLACE_ELSEWHERE, or a map with action, domain, label, percent, at_least and within, found true (write zone_outage: HOLD)',
      ],
      [
        { max_in_flight: 1 },
        'max_in_flight: expected a map with percent, and at_least if wanted, such as {percent: 40, at_least: 1}, found 1 (of the capacity: {percent: 1}; so many nodes: {percent: 0, at_least: 1})',
      ],
      [
        { rate_limit: '3/1h' },
        'rate_limit: expected a map with any of node, cluster, found "3/1h" (write {cluster: 3/1h} or {node: 3/1h})',
      ],
      [
        { surge: true },
        'surge: expected one of breaker, max_in_flight, max_unhealthy, rate_limit, stopped_by_user, zone_outage, found an unknown key (surge belongs in params of an entry of recovery.actions)',
      ],
    ]),
    ...oneEach((changes) => policy13({ recovery: changes }), 'recovery.', [
      [
        { retry: 3 },
        'retry: expected a map with any of episodes, window, delay, found 3 (write {episodes: 3})',
      ],
      [{ fencing: 'COMPUTE' }, 'fencing: expected a list, found "COMPUTE" (write [COMPUTE])'],
    ]),
    [
      'a placeholder in capitals',
      polling({ poll_url: 'http://{address}/{Nodename}' }),
      'detection.detection_modes[0].options.poll_url: expected placeholders among {nodename} {nodeid} {physical_id} {address} {port} {cluster_id} {index}, found {Nodename} (did you mean {nodename}?)',
    ],
    [
      'an option of another detection mode',
      policy13({ detection: { detection_modes: [{ type: 'NODE_STATUS_POLLING', options: { url: 'x' } }] } }),
      'detection.detection_modes[0].options.url: expected no key, found an unknown key',
    ],
    [
      'an action as a plain word',
      policy13({ recovery: { actions: ['REBOOT'] } }),
      'recovery.actions[0]: expected a map with any of name, params, id, timeout, attempts, backoff, before, after, when, on_failure, found "REBOOT" (write name: REBOOT)',
    ],
    [
      'a hook that is no workflow',
      policy13({ recovery: { actions: [{ name: 'REBOOT', before: [{ name: 'REBOOT', params: {} }] }] } }),
      'recovery.actions[0].before[0].name: expected one of WORKFLOW, found "REBOOT"',
    ],
    [
      'a percentage out of range',
      policy13({ safety: { max_unhealthy: { percent: 140 } } }),
      'safety.max_unhealthy.percent: expected a number from 0 to 100, found 140',
    ],
    [
      'a limit of nothing',
      policy13({ safety: { max_in_flight: { percent: 0, at_least: 0 } } }),
      'safety.max_in_flight: expected percent or at_least above 0, found 0 (no recovery would ever start; mode: OBSERVE says that more clearly)',
    ],
    [
      'a rate that is none',
      policy13({ safety: { rate_limit: { node: '3 per hour' } } }),
      'safety.rate_limit.node: expected a count of at least 1 and a time above 0, such as 3/1h, 10/30m or 1/d, found "3 per hour"',
    ],
    [
      'a rate over no time',
      policy13({ safety: { rate_limit: { node: '3/0h' } } }),
      'safety.rate_limit.node: expected a count of at least 1 and a time above 0, such as 3/1h, 10/30m or 1/d, found "3/0h"',
    ],
    [
      'a timeout of 0 s',
      policy13({ recovery: { actions: [{ name: 'REBOOT', timeout: 0 }] } }),
      'recovery.actions[0].timeout: expected a number of at least 0.001, found 0',
    ],
    [
      'a wait that is out of time',
      policy13({ recovery: { stabilize: 60, actions: [{ name: 'REBOOT', timeout: 30 }] } }),
      'recovery.actions[0].timeout: expected more than recovery.stabilize (60 s), found 30 (the action would be out of time before it is verified)',
    ],
    [
      'a longest wait below the first',
      policy13({ recovery: { actions: [{ name: 'REBOOT', backoff: { delay: 90 } }] } }),
      'recovery.actions[0].backoff.max_delay: expected at least backoff.delay (90), found 60',
    ],
    [
      'an id that no expression can name',
      policy13({ recovery: { actions: [{ name: 'REBOOT', id: 'pre-check' }] } }),
      'recovery.actions[0].id: expected letters, digits and _, not beginning with a digit, so that an expression can name it, found "pre-check"',
    ],
    [
      'one id twice',
      policy13({
        recovery: {
          actions: [
            { name: 'REBOOT', id: 'a' },
            { name: 'REBUILD', id: 'a' },
          ],
        },
      }),
      'recovery.actions[1].id: expected an id of its own, found "a" (recovery.actions[0] has it too)',
    ],
    [
      'GOTO nowhere',
      policy13({
        recovery: {
          actions: [
            { name: 'REBOOT', on_failure: 'GOTO lats' },
            { name: 'RECREATE', id: 'last' },
          ],
        },
      }),
      'recovery.actions[0].on_failure: expected GOTO one of last, found GOTO lats (did you mean last?)',
    ],
    [
      'GOTO in a loop',
      policy13({
        recovery: {
          actions: [
            { name: 'REBOOT', id: 'first' },
            { name: 'RECREATE', on_failure: 'GOTO first' },
          ],
        },
      }),
      'recovery.actions[1].on_failure: expected GOTO a later action, found GOTO first (first comes before actions[1]: the chain would run in a loop)',
    ],
    [
      'GOTO itself',
      policy13({ recovery: { actions: [{ name: 'REBOOT', id: 'it', on_failure: 'GOTO it' }] } }),
      'recovery.actions[0].on_failure: expected GOTO a later action, found GOTO it (it comes to itself: the chain would run in a loop)',
    ],
    [
      'a workflow without a name',
      policy13({ recovery: { actions: [{ name: 'WORKFLOW', params: { name: 'drain' } }] } }),
      'recovery.actions[0].params.workflow_name: expected the name of a workflow, found nothing',
    ],
    [
      'a step that never ran',
      policy13({
        recovery: {
          actions: [
            {
              name: 'WORKFLOW',
              params: { workflow_name: 'a', inputs: { x: '<% $.steps.later.output.y %>' } },
            },
            { name: 'REBOOT', id: 'later' },
          ],
        },
      }),
      'recovery.actions[0].params.inputs.x: expected no step: none that has an id comes before, found steps.later (recovery.actions[1] has this id, and cannot have run before)',
    ],
    [
      'a step that was never there',
      workflowStep({ x: '<% $.steps.precheck.output.y %>' }),
      'recovery.actions[0].params.inputs.x: expected no step: none that has an id comes before, found steps.precheck (no step has this id)',
    ],
    [
      'in on_exhausted a step of on_success',
      policy13({
        recovery: {
          on_success: [{ name: 'WORKFLOW', id: 'told', params: { workflow_name: 'a' } }],
          on_exhausted: [
            { name: 'WORKFLOW', params: { workflow_name: 'b', inputs: { x: '{{ _.steps.told.output }}' } } },
          ],
        },
      }),
      'recovery.on_exhausted[0].params.inputs.x: expected no step: none that has an id comes before, found steps.told (recovery.on_success[0] has this id, and cannot have run before)',
    ],
    [
      'in on_success a step of on_exhausted',
      policy13({
        recovery: {
          actions: [{ name: 'REBOOT', id: 'first' }],
          on_success: [
            { name: 'WORKFLOW', params: { workflow_name: 'a', inputs: { x: '<% $.steps.paged.output %>' } } },
          ],
          on_exhausted: [{ name: 'WORKFLOW', id: 'paged', params: { workflow_name: 'b' } }],
        },
      }),
      'recovery.on_success[0].params.inputs.x: expected one of first, found steps.paged (recovery.on_exhausted[0] has this id, and cannot have run before)',
    ],
    [
      'a filter that does not exist',
      workflowStep({ deep: [{ x: 'on {{ _.node.name | uper }}' }] }),
      'recovery.actions[0].params.inputs.deep[0].x: expected a filter that there is, found uper (did you mean upper?)',
    ],
    [
      'a function that does not exist',
      workflowStep({ x: '<% nofunc($.node) %>' }),
      'recovery.actions[0].params.inputs.x: expected a function that there is, found nofunc (there is no function of this name: the step would fail)',
    ],
    [
      'a function that only workflows have',
      workflowStep({ x: '<% env().healing %>' }),
      'recovery.actions[0].params.inputs.x: expected a function that there is, found env (there is no function of this name: the step would fail)',
    ],
    [
      'a filter written as a function',
      workflowStep({ x: '{{ upper(_.node.name) }}' }),
      'recovery.actions[0].params.inputs.x: expected a function that there is, found upper (write it as _ | upper)',
    ],
    [
      'a test that does not exist',
      workflowStep({ x: '{{ _.node.name is stirng }}' }),
      'recovery.actions[0].params.inputs.x: expected a test that there is, found stirng (did you mean string?)',
    ],
    [
      'an expression that is none',
      workflowStep({ x: '<% $. %>' }),
      'recovery.actions[0].params.inputs.x: expected valid expressions, found "<% $. %>" (the expression ends too early)',
    ],
    [
      'parameters of RECREATE',
      policy13({ recovery: { actions: [{ name: 'RECREATE', params: { type: 'SOFT' } }] } }),
      'recovery.actions[0].params.type: expected one of retain, surge, found an unknown key',
    ],
    [
      'surge beside fencing',
      policy13({
        recovery: { actions: [{ name: 'RECREATE', params: { surge: true } }], fencing: ['COMPUTE'] },
      }),
      'recovery.actions[0].params.surge: expected false beside fencing: [COMPUTE], found true (fencing makes no new node before the old one is surely gone, and surge removes the old one after the new one is healthy)',
    ],
    [
      'no detection',
      policy13({ detection: { detection_modes: [] } }),
      'detection.detection_modes: expected at least one detection mode, found none (without one no failure is ever detected)',
    ],
    [
      'a mode twice',
      policy13({
        detection: { detection_modes: [{ type: 'NODE_STATUS_POLLING' }, { type: 'NODE_STATUS_POLLING' }] },
      }),
      'detection.detection_modes[1]: expected each detection mode once, found NODE_STATUS_POLLING again (detection.detection_modes[0] has the same type and options)',
    ],
    [
      'a URL that is none',
      policy13({
        detection: {
          detection_modes: [{ type: 'NODE_STATUS_POLL_URL', options: { poll_url: 'file:///etc/passwd' } }],
        },
      }),
      'detection.detection_modes[0].options.poll_url: expected a URL that begins with http:// or https://, found one that begins with file://',
    ],
    [
      'a placeholder that nothing fills',
      policy13({
        detection: {
          detection_modes: [{ type: 'NODE_STATUS_POLL_URL', options: { poll_url: 'http://{nodenam}/' } }],
        },
      }),
      'detection.detection_modes[0].options.poll_url: expected placeholders among {nodename} {nodeid} {physical_id} {address} {port} {cluster_id} {index}, found {nodenam} (did you mean {nodename}?)',
    ],
  ])('refuses %s, and says where and why', (_what, properties, message) => {
    expect(issuesOf(properties)).toContain(message);
  });

  test('a pattern that could hang a backtracking matcher is refused or harmless', () => {
    expect(issuesOf(polling({ poll_url_healthy_response: '(a+)+$' }))).toEqual([]);
    expect(issuesOf(polling({ poll_url_healthy_response: String.raw`(a)\1` }))[0]).toContain('RE2 syntax');
  });

  test.each([
    ['(?=ok)', 'RE2 has no lookahead and no lookbehind'],
    ['(?<!not )ok', 'RE2 has no lookahead and no lookbehind'],
    [String.raw`(a)\1`, 'RE2 has no backreferences'],
    ['(?P<x>a)(?P=x)', 'RE2 has no backreferences'],
    ['a++', 'RE2 has no possessive repetition'],
    ['(?>a)', 'RE2 has no possessive repetition and no atomic groups'],
    ['(a)?(?(1)b|c)', 'RE2 has no conditional groups'],
    ['(?#why)ok', 'RE2 has no comments'],
    ['(?x) o k', 'RE2 knows the flags i, m, s and U only'],
    [String.raw`ok\Z`, String.raw`the end of the text is \z in RE2`],
    [String.raw`\u00e9`, String.raw`written by its number as \x{e9}`],
    ['(ok', 'missing closing )'],
    ['(a{500}){500}', 'at most 1000'],
    ['(abc){400}', 'what is repeated counts as often as it is'],
  ])("says of the pattern %s what RE2 lacks, in Senlin's versions too", (pattern, why) => {
    for (const version of ['1.0', '1.2', '1.3']) {
      const check = parseHealthPolicy(polling({ poll_url_healthy_response: pattern }), version);
      expect(check).toMatchObject({ ok: false, issues: [{ hint: expect.stringContaining(why) }] });
    }
  });

  test.each(['1.0', '1.1', '1.2', '1.3'])(
    'several URLs, and one URL for several answers, are several modes in %s; the same one twice is none',
    (version) => {
      const [ready, alive] = [{ poll_url_healthy_response: 'ready' }, { poll_url_healthy_response: 'alive' }];
      expect(issuesOf(polling(ready, alive), version)).toEqual([]);
      expect(issuesOf(polling({}, { poll_url: 'http://b' }), version)).toEqual([]);
      // Given, or left to its default: the same.
      expect(issuesOf(polling(ready, { ...ready, poll_url_retry_limit: 3 }), version)).toHaveLength(1);
    },
  );

  test.each<[string, Json, string]>([
    [
      'an expression that does not end',
      workflowStep({ x: '<% $.node.name' }),
      'recovery.actions[0].params.inputs.x: expected an expression that ends, with %> or }}, found "<% $.node.name" (it begins and does not end, so that the workflow gets it as plain text)',
    ],
    [
      'a part of the context without the context',
      workflowStep({ x: '{{ node.name }}' }),
      'recovery.actions[0].params.inputs.x: expected _, which holds cluster, node, failure, episode, steps, found node (did you mean _.node?)',
    ],
    [
      'a window in which so many recoveries cannot end',
      policy13({ recovery: { retry: { episodes: 3, window: 10, delay: 60 } } }),
      'recovery.retry.window: expected more than 120 seconds ((episodes - 1) * delay), found 10 (the last of 3 recoveries, 60 s apart, ends at least 120 s after the first: the node would never be quarantined)',
    ],
    [
      'on_exhausted without an end',
      policy13({ recovery: { on_exhausted: [{ name: 'WORKFLOW', params: { workflow_name: 'page' } }] } }),
      'recovery.retry: expected a limit beside on_exhausted, found nothing (without it another recovery begins an interval later while the node stays failed, and on_exhausted runs again after each)',
    ],
    [
      'rungs that cannot be told apart',
      policy13({
        recovery: {
          strategy: 'ESCALATE',
          verify: 'NONE',
          actions: [{ name: 'REBOOT' }, { name: 'RECREATE' }],
        },
      }),
      'recovery.verify: expected DETECTION or STATUS with strategy: ESCALATE, found NONE (without a probe it is not known which action helped: the first that does not fail ends the chain)',
    ],
    [
      'a wait for nothing',
      policy13({ recovery: { verify: 'NONE', stabilize: 5 } }),
      'recovery.verify: expected DETECTION or STATUS with stabilize: 5, found NONE (the wait is for the verification, and there is none)',
    ],
    [
      'a limit that is none of a few nodes',
      policy13({ safety: { max_in_flight: { percent: 10, at_least: 0 } } }),
      'safety.max_in_flight.at_least: expected 1 or more, found 0 (10 percent of fewer than 10 nodes is none, and no recovery would start in such a cluster)',
    ],
    [
      'a zone whose failures are seen too far apart',
      policy13({ safety: { zone_outage: { action: 'HOLD', within: 30 } } }),
      'safety.zone_outage.within: expected at least detection.interval (60), found 30 (each node is probed once in an interval: what fails at once is seen as far apart)',
    ],
    [
      'a wait between attempts of which there is one',
      policy13({
        recovery: {
          actions: [
            {
              name: 'REBOOT',
              before: [{ name: 'WORKFLOW', params: { workflow_name: 'a' }, backoff: { delay: 5 } }],
            },
          ],
        },
      }),
      'recovery.actions[0].before[0].attempts: expected 2 or more beside backoff, found 1 (with one attempt there is no wait between two)',
    ],
    [
      'a reboot of no kind',
      policy13({ recovery: { actions: [{ name: 'REBOOT', params: { type: 'WARM' } }] } }),
      'recovery.actions[0].params.type: expected one of SOFT, HARD, found "WARM"',
    ],
    [
      'a parameter that no reboot has',
      policy13({ recovery: { actions: [{ name: 'REBOOT', params: { typ: 'SOFT' } }] } }),
      'recovery.actions[0].params.typ: expected one of type, found an unknown key (did you mean type?)',
    ],
    [
      'a timeout in which nothing ends',
      policy13({ recovery: { actions: [{ name: 'REBOOT', timeout: 1 }] } }),
      'recovery.actions[0].timeout: expected at least 5 seconds, found 1 (REBOOT and the verification after it can hardly end in that time: every attempt would fail, whatever the node is like)',
    ],
    ...['$.node.id', 'node.id', '_.node.id', '${node.id}'].map((text): [string, Json, string] => [
      `the expression ${text} that is none`,
      workflowStep({ x: text }),
      `recovery.actions[0].params.inputs.x: expected <% $.node.id %>, if an expression is meant, found "${text}" (without <% %> around it the workflow gets it as plain text)`,
    ]),
    [
      'an expression without an end, and not of what is before it',
      workflowStep({ x: 's3cret <% $.node' }),
      'recovery.actions[0].params.inputs.x: expected an expression that ends, with %> or }}, found "<% $.node" (it begins and does not end, so that the workflow gets it as plain text)',
    ],
    [
      'options that are ignored',
      policy13({
        detection: { detection_modes: [{ type: 'NODE_STATUS_POLLING', options: { poll_url: 'http://a' } }] },
      }),
      'detection.detection_modes[0].options: expected nothing, found poll_url (NODE_STATUS_POLLING ignores it)',
    ],
    [
      'a definition that is no YAML',
      workflowStep({ definition: "version: '2.0'\na: [" }),
      'recovery.actions[0].params.inputs.definition: expected a valid workflow document, found line 2, column 4: Definition could not be parsed: this [ is never closed (the workflow could not be made from it)',
    ],
    [
      'a definition with a mistake',
      workflowStep({ definition: "version: '2.0'\na:\n  tasks: 5\n" }),
      'recovery.actions[0].params.inputs.definition: expected a valid workflow document, found line 3, column 3: a.tasks: wrong type (expected at least one task, found 5) (the workflow could not be made from it)',
    ],
    [
      'a definition whose task cannot run',
      workflowStep(
        { definition: "version: '2.0'\ndrain:\n  tasks: {b: {action: std.ehco output=1}}\n" },
        'drain',
      ),
      "recovery.actions[0].params.inputs.definition: expected a workflow whose tasks can run, found line 3, column 15: drain.tasks.b.action: there is no action 'std.ehco'; did you mean std.echo?",
    ],
    [
      'a definition with an action that no server has',
      workflowStep(
        { definition: "version: '2.0'\ndrain:\n  tasks: {b: {action: nova.servers_gett}}\n" },
        'drain',
      ),
      "recovery.actions[0].params.inputs.definition: expected a workflow whose tasks can run, found line 3, column 15: drain.tasks.b.action: Coppice has no action nova.servers_gett (did you mean nova.servers_get?): call the service's API with std.http, or create an ad-hoc action of this name first; as it is, a server refuses the definition",
    ],
    [
      'a definition of something else',
      workflowStep({ definition: "version: '2.0'\ndrains:\n  tasks: {b: {action: std.noop}}\n" }, 'drain'),
      'recovery.actions[0].params.inputs.definition: expected a definition of drain, found drains (did you mean drains?)',
    ],
  ])('warns of %s', (_what, properties, message) => {
    expect(warningsOf(properties)).toEqual([message]);
  });

  test.each(['0.5', '2'])('%s as a text is a number of seconds', (stabilize) => {
    expect(parseHealthPolicy(policy13({ recovery: { stabilize } }), '1.3')).toMatchObject({
      ok: true,
      value: { recovery: { stabilizeMs: Number(stabilize) * 1000 } },
    });
  });

  test('a definition that defines its workflow is not warned of, and its expressions are its own', () => {
    const definition =
      "version: '2.0'\na:\n  tasks:\n    b: {action: std.echo, input: {output: '<% env().x + task(b).y %>'}}\n";
    expect(warningsOf(workflowStep({ definition }))).toEqual([]);
  });

  test('Senlin took parameters of RECREATE and ignored them: a warning before 1.3', () => {
    const properties = policy13({ recovery: { actions: [{ name: 'RECREATE', params: { type: 'SOFT' } }] } });
    expect(warningsOf(properties, '1.2')).toEqual([
      'recovery.actions[0].params: expected no parameters, found a map with type (before version 1.3 they are ignored: the node is deleted, and created again from its profile)',
    ]);
  });

  test('surge is of 1.3: before it is ignored, with a warning', () => {
    const properties = policy13({ recovery: { actions: [{ name: 'RECREATE', params: { surge: 'yes' } }] } });
    const read = (version: string) =>
      parseHealthPolicy(properties, version) as { value: HealthPolicy; warnings: unknown[] };
    expect(read('1.3').value.recovery.items[0]?.recreate).toEqual({ surge: true });
    expect(read('1.2').value.recovery.items[0]?.recreate).toBeUndefined();
    expect(read('1.2').warnings).toHaveLength(1);
  });

  const retaining = (retain: Json, more: JsonObject = {}): JsonObject =>
    policy13({ recovery: { actions: [{ name: 'RECREATE', params: { retain } }], ...more } });

  test('retain is a map with defaults', () => {
    const read = (retain: Json) =>
      meaningOf({ type: 'senlin.policy.health', version: '1.3', properties: retaining(retain) }).recovery
        .items[0]?.recreate;
    expect(read({})).toEqual({ surge: false, retain: { forMs: 86_400_000, max: 3 } });
    expect(read({ for: 90, max: 1 })).toEqual({ surge: false, retain: { forMs: 90_000, max: 1 } });
  });

  test.each<[Json, string]>([
    [true, 'recovery.actions[0].params.retain: expected a map with any of for, max, found true'],
    [{ for: 0 }, 'recovery.actions[0].params.retain.for: expected a number from 0.001 to 31536000, found 0'],
    [{ max: 0 }, 'recovery.actions[0].params.retain.max: expected a whole number from 1 to 1000, found 0'],
    [
      { fore: 5 },
      'recovery.actions[0].params.retain.fore: expected one of for, max, found an unknown key (did you mean for?)',
    ],
  ])('retain: %j is refused', (retain, issue) => {
    expect(issuesOf(retaining(retain))).toEqual([issue]);
  });

  test('retain beside node_force_recreate is a warning: what may still run is not kept', () => {
    expect(warningsOf(retaining({}, { node_force_recreate: true }))).toEqual([
      'recovery.actions[0].params.retain: expected nothing beside node_force_recreate: true, found a map (node_force_recreate is not for it: no new node is made before the failed one has surely stopped)',
    ]);
    expect(warningsOf(retaining({}, { fencing: ['COMPUTE'] }))).toEqual([]);
  });

  test('surge without verification is a warning', () => {
    const actions = [{ name: 'RECREATE', params: { surge: true } }];
    expect(warningsOf(policy13({ recovery: { actions, verify: 'NONE' } }))).toEqual([
      'recovery.actions[0].params.surge: expected false with verify: NONE, found true (without a probe the old node goes as soon as the new one was made, healthy or not)',
    ]);
  });

  test('the single detection type of the old examples is not in 1.3', () => {
    expect(issuesOf({ detection: { type: 'NODE_STATUS_POLLING' }, recovery: {} })[0]).toContain(
      'detection.type: expected one of',
    );
  });

  test('a key of 1.3 in an older policy is named as that', () => {
    expect(issuesOf(policy13({ safety: {} }), '1.2')[0]).toContain('it came with version 1.3');
    expect(
      issuesOf({ detection: { detection_modes: [{ type: 'LB_STATUS_POLLING' }] }, recovery: {} }, '1.2')[0],
    ).toContain('it came with version 1.3');
    const eventsBeside = {
      detection: { detection_modes: [{ type: 'LIFECYCLE_EVENTS' }, { type: 'NODE_STATUS_POLLING' }] },
      recovery: {},
    };
    expect(issuesOf(eventsBeside, '1.2')[0]).toContain('expected LIFECYCLE_EVENTS alone');
  });

  test('an interval below the configured minimum is refused', () => {
    const check = parseHealthPolicy(policy13({ detection: { interval: 5 } }), '1.3', {
      healthCheckIntervalMin: 10,
    });
    expect(check).toMatchObject({ ok: false, issues: [{ field: 'detection.interval', found: '5' }] });
  });

  test.each([
    ['HOST_DOWN', [{ type: 'NODE_STATUS_POLLING' }], 'HYPERVISOR_STATUS_POLLING'],
    ['LB_OFFLINE', [{ type: 'NODE_STATUS_POLLING' }], 'LB_STATUS_POLLING'],
    ['URL_UNHEALTHY', [{ type: 'NODE_STATUS_POLLING' }], 'NODE_STATUS_POLL_URL'],
    ['SERVER_ERROR', [{ type: 'LB_STATUS_POLLING', options: { pool: 'p' } }], 'NODE_STATUS_POLLING'],
  ])('an action for %s that no detection mode finds is a warning', (name, modes, needed) => {
    const recovery = { actions: [{ name: 'RECREATE', when: { failure: [name] } }] };
    const warnings = (detectionModes: JsonObject[]) => {
      const check = parseHealthPolicy(
        policy13({ detection: { detection_modes: detectionModes }, recovery }),
        '1.3',
      );
      return check.ok ? check.warnings.map(({ field }) => field) : check.issues;
    };
    expect(warnings(modes)).toContain('recovery.actions[0].when.failure');
    const url = { poll_url: 'http://{address}/', poll_url_retry_limit: 1 };
    const options = needed === 'NODE_STATUS_POLL_URL' ? { options: url } : {};
    expect(warnings([...modes, { type: needed, ...options }])).not.toContain(
      'recovery.actions[0].when.failure',
    );
  });

  test('a failure class that is unknown is a warning, because a profile may have its own', () => {
    const check = parseHealthPolicy(
      policy13({ recovery: { actions: [{ name: 'REBOOT', when: { failure: ['HOST_DWN'] } }] } }),
      '1.3',
    );
    expect(check).toMatchObject({ ok: true, warnings: [{ hint: 'did you mean HOST_DOWN?' }] });
  });
});

describe('a profile whose nodes cannot be looked at as the policy wants', () => {
  const profile = {
    name: 'test.node',
    version: '1.0',
    operations: {},
    detectionModes: ['NODE_STATUS_POLLING'] as const,
    endpointParts: () => [],
  };
  const [type] = healthPolicyTypes.filter(({ version }) => version === '1.3');

  test.each(['HYPERVISOR_STATUS_POLLING', 'LB_STATUS_POLLING', 'LIFECYCLE_EVENTS'])(
    '%s is a valid policy that does not fit it',
    (mode) => {
      const policy = meaningOf({
        type: 'senlin.policy.health',
        version: '1.3',
        properties: policy13({
          detection: { detection_modes: [{ type: 'NODE_STATUS_POLLING' }, { type: mode }] },
        }),
      });
      expect(type?.checkAgainstProfile(policy, profile).map(describeIssue)).toEqual([
        `detection.detection_modes[1].type: expected one of NODE_STATUS_POLLING, found ${mode} (nodes of test.node-1.0 cannot be probed by ${mode})`,
      ]);
    },
  );
});

test('servers are not replaced on another host by the policy: the reason, and what does it, are said', () => {
  const [type] = healthPolicyTypes.filter(({ version }) => version === '1.3');
  const issues = (domain: string) => {
    const zoneOutage = { action: 'REPLACE_ELSEWHERE', domain };
    const properties = policy13({
      recovery: { actions: [{ name: 'RECREATE' }] },
      safety: { zone_outage: zoneOutage },
    });
    const policy = meaningOf({ type: 'senlin.policy.health', version: '1.3', properties });
    return type?.checkAgainstProfile(policy, novaServer({ clouds: undefined })).map(describeIssue);
  };
  expect(issues('ZONE')).toEqual([]);
  expect(issues('HOST')).toEqual([
    expect.stringMatching(
      /^safety\.zone_outage\.action: expected HOLD or domain: ZONE, found REPLACE_ELSEWHERE \(Nova takes no host to avoid, .*HOST_DOWN/,
    ),
  ]);
});

describe('recovery actions of servers', () => {
  const [type] = healthPolicyTypes.filter(({ version }) => version === '1.3');
  const operation = { description: '', parameters: {}, run: () => Promise.reject(new Error('not here')) };
  const profile = {
    name: 'test.node',
    version: '1.0',
    operations: { start: operation },
    detectionModes: ['NODE_STATUS_POLLING'] as const,
    endpointParts: () => [],
  };
  const issuesWith = (name: string): string[] | undefined => {
    const properties = policy13({ recovery: { actions: [{ name }] } });
    const policy = meaningOf({ type: 'senlin.policy.health', version: '1.3', properties });
    return type?.checkAgainstProfile(policy, profile).map(describeIssue);
  };

  test.each(['EVACUATE', 'MIGRATE', 'RESUME', 'UNPAUSE'])('%s needs a profile that has it', (name) => {
    expect(issuesWith(name)).toEqual([
      `recovery.actions[0].name: expected one of START, RECREATE, WORKFLOW, found ${name} (nodes of test.node-1.0 have no ${name})`,
    ]);
    expect(issuesWith('START')).toEqual([]);
  });

  test('a list of what nodes can do has recovery actions alone, and no other operation', () => {
    const properties = policy13({ recovery: { actions: [{ name: 'EVACUATE' }] } });
    const policy = meaningOf({ type: 'senlin.policy.health', version: '1.3', properties });
    const [issue] = type?.checkAgainstProfile(policy, localProcess({ dataDir: '/nowhere' })) ?? [];
    expect(issue?.expected).toBe('one of REBOOT, REBUILD, START, RECREATE, WORKFLOW');
  });

  test('retain needs a profile whose nodes can be stopped, and kept beside another one', () => {
    const properties = policy13({ recovery: { actions: [{ name: 'RECREATE', params: { retain: {} } }] } });
    const policy = meaningOf({ type: 'senlin.policy.health', version: '1.3', properties });
    const check = (checkedType: CheckedProfileType, of: JsonObject): string[] | undefined =>
      type?.checkAgainstProfile(policy, checkedType, { name: 'web', properties: of }).map(describeIssue);
    expect(check(profile, {})).toEqual([
      'recovery.actions[0].params.retain: expected nothing, found a map (what a node of test.node-1.0 had cannot be kept beside the new one)',
    ]);
    expect(check(heatStack({ clouds: undefined }), {})).toEqual([
      'recovery.actions[0].params.retain: expected nothing, found a map (Heat cannot stop a stack as a whole)',
    ]);
    expect(check(localProcess({ dataDir: '/nowhere' }), { command: ['x'], port: 8080 })).toEqual([]);
    const server = novaServer({ clouds: undefined });
    expect(check(server, { networks: [{ network: 'n', fixed_ip: '10.0.0.9' }] })).toEqual([
      'recovery.actions[0].params.retain: expected nothing, or a profile with networks[0].fixed_ip: nothing, found a map (the profile web has networks[0].fixed_ip: 10.0.0.9, which the kept and the new one would both need)',
    ]);
  });

  test('surge needs a profile of which two can be there at once', () => {
    const properties = policy13({ recovery: { actions: [{ name: 'RECREATE', params: { surge: true } }] } });
    const policy = meaningOf({ type: 'senlin.policy.health', version: '1.3', properties });
    const check = (checkedType: CheckedProfileType, of: JsonObject): string[] | undefined =>
      type?.checkAgainstProfile(policy, checkedType, { name: 'web', properties: of }).map(describeIssue);
    expect(check(profile, {})).toEqual([
      'recovery.actions[0].params.surge: expected false, found true (nodes of test.node-1.0 cannot be made beside the old one)',
    ]);
    const local = localProcess({ dataDir: '/nowhere' });
    expect(check(local, { command: ['x'], port: 'auto' })).toEqual([]);
    expect(check(local, { command: ['x'], port: 8080 })).toEqual([
      'recovery.actions[0].params.surge: expected false, or a profile with port: auto, found true (the profile web has port: 8080, which the old and the new node would both need)',
    ]);
    const server = novaServer({ clouds: undefined });
    const fields = (of: JsonObject) => server.surge?.obstacles(of).map(({ field }) => field);
    expect(fields({ networks: [{ network: 'n', floating_network: 'f' }] })).toEqual([]);
    expect(
      fields({
        networks: [
          { port: 'p' },
          { network: 'n', fixed_ip: '10.0.0.9' },
          { network: 'n', floating_ip: '1.2.3.4' },
        ],
        block_device_mapping_v2: [
          { source_type: 'image', uuid: 'i' },
          { source_type: 'volume', uuid: 'v' },
        ],
      }),
    ).toEqual([
      'networks[0].port',
      'networks[1].fixed_ip',
      'networks[2].floating_ip',
      'block_device_mapping_v2[1].uuid',
    ]);
  });

  test('are not in the versions of Senlin', () => {
    expect(issuesOf({ detection: {}, recovery: { actions: [{ name: 'EVACUATE' }] } }, '1.2')[0]).toMatch(
      /^recovery\.actions\[0\]\.name: expected one of REBOOT, REBUILD, RECREATE, found .?EVACUATE/,
    );
  });
});

describe('a profile of servers', () => {
  const profile = {
    name: 'os.nova.server',
    version: '1.0',
    operations: {},
    detectionModes: ['NODE_STATUS_POLLING', 'LB_STATUS_POLLING'] as const,
    withoutMode: { LIFECYCLE_EVENTS: 'there are no events of servers yet' },
    endpointParts: () => [],
  };
  const [type] = healthPolicyTypes.filter(({ version }) => version === '1.3');

  test.each([
    [{ type: 'LB_STATUS_POLLING', options: { pool: 'p1' } }, []],
    [
      { type: 'LB_STATUS_POLLING' },
      [
        'detection.detection_modes[0].options.pool: expected the id of an Octavia pool, found nothing (without one no member is read, and all nodes would be UNKNOWN)',
      ],
    ],
    [
      { type: 'LIFECYCLE_EVENTS' },
      [
        'detection.detection_modes[0].type: expected one of NODE_STATUS_POLLING, LB_STATUS_POLLING, found LIFECYCLE_EVENTS (there are no events of servers yet)',
      ],
    ],
  ])('with %j', (mode, issues) => {
    const properties = policy13({ detection: { detection_modes: [mode] } });
    const policy = meaningOf({ type: 'senlin.policy.health', version: '1.3', properties });
    expect(type?.checkAgainstProfile(policy, profile).map(describeIssue)).toEqual(issues);
  });

  test('LIFECYCLE_EVENTS is taken with a warning where no events come, and without one where they do', () => {
    const modes = [{ type: 'NODE_STATUS_POLLING' }, { type: 'LIFECYCLE_EVENTS' }];
    const properties = policy13({ detection: { detection_modes: modes } });
    const policy = meaningOf({ type: 'senlin.policy.health', version: '1.3', properties });
    const told = { ...profile, detectionModes: ['NODE_STATUS_POLLING', 'LIFECYCLE_EVENTS'] as const };
    expect(type?.checkAgainstProfile(policy, told)).toEqual([]);
    expect(type?.warnOfProfile?.(policy, told)).toEqual([]);
    expect(
      type?.warnOfProfile?.(policy, { ...told, withoutEvents: 'no bus is known' }).map(describeIssue),
    ).toEqual([
      'detection.detection_modes[1].type: expected events of os.nova.server-1.0, found none that come (no bus is known)',
    ]);
  });
});

describe('any document', () => {
  const key = fc.constantFrom(
    'detection',
    'recovery',
    'actions',
    'name',
    'type',
    'params',
    '__proto__',
    'constructor',
    'before',
    'inputs',
  );
  const { value } = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom<Json>('REBOOT', 'WORKFLOW', 'NODE_STATUS_POLLING', 0, -1, 1e99, true, null, ''),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(key, tie('value'), { maxKeys: 5 }),
    ),
  }));

  test('is either a policy or has issues with a place, and never throws', () => {
    fc.assert(
      fc.property(value, fc.constantFrom('1.0', '1.1', '1.2', '1.3'), (properties, version) => {
        const check = parseHealthPolicy(properties, version);
        if (check.ok) expect(check.value.recovery.items.length).toBeGreaterThan(0);
        else expect(check.issues.every((issue) => issue.expected !== '' && issue.found !== '')).toBe(true);
      }),
      cases(500),
    );
  });
});

test('the type as answers name it is no type of a spec, which has a key for the version', () => {
  const read = readPolicyDocument({ type: 'senlin.policy.health-1.3', properties: {} });
  expect(read).toMatchObject({
    ok: false,
    issues: [{ hint: 'write type: senlin.policy.health and version: "1.3"' }],
  });
});
