import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { buildProgram } from '../cli/program.ts';
import type { Terminal } from '../cli/rendering/terminal.ts';
import { hookNotNotified } from '../domain/lifecycle-signal.ts';
import { explainActions } from './explain-actions.ts';
import { explainCluster } from './explain-cluster.ts';
import type { ExplainedCluster, ExplainedNode, HalfDoneUpdate } from './explained-cluster.ts';
import type { ClosedGate, GateName } from './gates.ts';
import { endsOfGates, gateTasks } from './gate-tasks.ts';
import { taskSteps } from './operator-task.ts';
import type { Standing } from './standing.ts';
import { unrecordedInWords } from './unrecorded.ts';

const now = 1_800_000_000_000;

function aNode(name: string, standing: Standing, more: Partial<ExplainedNode> = {}): ExplainedNode {
  return {
    name,
    standing,
    since: now - 60_000,
    asOf: now - 60_000,
    reason: 'process 7 has ended',
    isHealthy: standing === 'HEALTHY',
    isUnknown: standing === 'UNKNOWN',
    lacks: null,
    lostMember: null,
    notCreated: null,
    failedWorkflow: null,
    hasLog: false,
    tried: null,
    failure: null,
    firstFailure: null,
    excluded: null,
    quarantine: null,
    recovery: null,
    next: { what: 'PROBE', at: now + 1000, reason: 'probed every 10 s' },
    warning: null,
    ...more,
  };
}

/** Held by gates. */
function failed(
  name: string,
  reason: string,
  standing: Standing = 'HELD',
  heldBy: readonly GateName[] = ['max_unhealthy'],
): ExplainedNode {
  const why = 'held: 2 of 2 nodes are unhealthy';
  const next = { what: 'HOLD', at: now + 60_000, reason: why, heldBy } as const;
  return aNode(name, standing, { failure: { class: 'URL_UNREACHABLE', reason }, next });
}

function aCluster(nodes: readonly ExplainedNode[], more: Partial<ExplainedCluster> = {}): ExplainedCluster {
  return {
    name: 'web',
    now,
    desired: nodes.length,
    missing: 0,
    excess: 0,
    failedActions: [],
    lifecycleWaits: [],
    profileChanges: { command: 'each process is removed and created again' },
    updateBatch: 1,
    policy: { name: 'web-health', enabled: true, mode: 'ENFORCE', creates: true },
    maintenance: null,
    recordsNothing: false,
    gates: [],
    zoneOutages: [],
    cloud: null,
    nodes,
    ...more,
  };
}

function closed(gate: GateName): ClosedGate {
  return {
    gate,
    total: null,
    limit: null,
    since: null,
    until: now,
    why: 'x',
    ends: 'y',
    reason: 'held: x; y',
  };
}

test('many nodes that fail at one address are told once, with what they have in common', () => {
  const reason = 'http://10.0.0.5:8080/health: connection refused';
  const nodes = ['web-1', 'web-2', 'web-3'].map((name) => failed(name, reason));
  const gates = [closed('max_unhealthy')];
  const { problems, waiting, operator } = explainCluster(aCluster(nodes, { gates }));
  expect(operator.map(({ command }) => command)).toEqual([
    'coppice policy show web-health',
    'coppice cluster pause web',
  ]);
  expect(problems).toEqual([
    `web-1, web-2, web-3 failed (URL_UNREACHABLE: ${reason})`,
    expect.stringMatching(/^web-1, web-2, web-3 all fail at the same address http:\/\/10\.0\.0\.5:8080: /),
  ]);
  expect(waiting).toEqual([
    { reason: 'web-1, web-2, web-3: held: 2 of 2 nodes are unhealthy', until: now + 60_000 },
  ]);
});

test('a node whose probe could not be recorded was probed', () => {
  const reason = unrecordedInWords(2000, 'process 7 has ended');
  expect(explainCluster(aCluster([aNode('web-1', 'UNKNOWN', { reason })])).problems).toEqual([
    'web-1: what its last probe found 2 s ago could not be recorded: process 7 has ended',
  ]);
});

test('an action that makes a cluster smaller pauses healing only where there is some', () => {
  const maintenance = { until: null, reason: 'it runs', action: 'CLUSTER_SCALE_IN' };
  const problemsWith = (more: Partial<ExplainedCluster>) =>
    explainCluster(aCluster([aNode('web-1', 'HEALTHY')], { maintenance, ...more })).problems.join();
  expect(problemsWith({})).toContain('healing is paused until CLUSTER_SCALE_IN has ended');
  expect(problemsWith({ policy: null })).not.toContain('paused');
});

test('nodes that fail each at its own address have none in common', () => {
  const nodes = [1, 2].map((number) => failed(`web-${number}`, `http://127.0.0.1:810${number}/: refused`));
  expect(explainCluster(aCluster(nodes)).problems).toEqual([
    'web-1, web-2 failed (URL_UNREACHABLE; web-1: http://127.0.0.1:8101/: refused)',
  ]);
});

test('where every node answers in the same wrong way the policy is named, and no node is recovered for it', () => {
  const answers = [24_804, 20_769].map((port, index) => {
    const reason = `http://127.0.0.1:${port}/helath answered 404`;
    const failure = { class: 'URL_UNHEALTHY', reason };
    return { ...failed(`web-${index + 1}`, reason), failure, reason };
  });
  const gates = [closed('max_unhealthy')];
  const { problems, operator } = explainCluster(aCluster(answers, { gates }));
  expect(problems).toEqual([
    'web-1, web-2 failed (URL_UNHEALTHY; web-1: http://127.0.0.1:24804/helath answered 404)',
    'all nodes whose health is known fail alike (web-1, web-2; web-1: http://127.0.0.1:24804/helath answered 404): probably poll_url, or what is expected of its answer (poll_url_healthy_response, poll_url_timeout, poll_url_ssl_verify), is wrong in the policy web-health, and not the nodes',
  ]);
  expect(operator.map(({ command, required }) => [command, required])).toEqual([
    ['coppice policy show web-health', true],
    ['coppice cluster pause web', false],
  ]);
  const others = [...answers, aNode('web-3', 'HEALTHY')];
  expect(explainCluster(aCluster(others, { gates })).operator.map(({ command }) => command)).toEqual([
    'coppice node recover web-1 --check --wait',
  ]);
});

test.each([
  'the certificate is self-signed; poll_url_ssl_verify: false accepts any certificate',
  'no whole answer within 1 s (poll_url_timeout, in a policy 1.3)',
])('also where all say: %s', (said) => {
  const nodes = [1, 2].map((number) => failed(`web-${number}`, `https://10.0.0.${number}:443/: ${said}`));
  const { operator } = explainCluster(aCluster(nodes, { gates: [closed('max_unhealthy')] }));
  expect(operator.map(({ command }) => command)).toEqual([
    'coppice policy show web-health',
    'coppice cluster pause web',
  ]);
});

test('a node that could not be made again says what it failed with first', () => {
  const firstFailure = {
    failure: { class: 'HOST_DOWN', reason: 'host compute1 is down' },
    failedAt: now - 300_000,
  };
  const failure = { class: 'NOT_CREATED', reason: 'no server was created' };
  const { problems } = explainCluster(aCluster([aNode('web-1', 'FAILED', { failure, firstFailure })]));
  expect(problems).toEqual([
    'web-1 failed (NOT_CREATED: no server was created); it first failed 5 min ago (HOST_DOWN: host compute1 is down)',
  ]);
});

test('a quarantined node that is healthy now only has to be released', () => {
  const quarantine = { since: now - 60_000, reason: 'nothing helped' };
  const node = aNode('web-1', 'QUARANTINED', { quarantine, isHealthy: true, reason: 'it answers' });
  const { problems, operator } = explainCluster(aCluster([node]));
  expect(problems).toEqual([
    'web-1 was quarantined 60 s ago (nothing helped); it is healthy now: it answers',
  ]);
  expect(operator).toEqual([
    {
      reason: 'web-1 is healthy now: end its quarantine',
      command: 'coppice node release web-1',
      required: true,
    },
  ]);
});

test('nodes that cannot be probed for one reason are written once', () => {
  const server = (digit: number): string =>
    `cannot see server 2d5acb1${digit}-6b50-424a-b4a1-deb01e22be6a: compute answered 503: away`;
  const nodes = [1, 2].map((number) => aNode(`web-${number}`, 'UNKNOWN', { reason: server(number) }));
  expect(explainCluster(aCluster(nodes)).problems).toEqual([
    `web-1, web-2 cannot be probed; web-1: ${server(1)}`,
  ]);
});

test('a recovery that is held is no recovery that runs', () => {
  const { doing, waiting } = explainCluster(aCluster([failed('web-1', 'x')]));
  expect(doing).toEqual([]);
  expect(waiting).toHaveLength(1);
});

describe('every command that an operator is given exists', async () => {
  const gates: GateName[] = [
    'policy',
    'maintenance',
    'breaker',
    'max_unhealthy',
    'max_in_flight',
    'rate_limit.node',
    'rate_limit.cluster',
    'zone_outage',
  ];
  const recovery = {
    id: 'r',
    mode: 'ENFORCE',
    startedAt: now,
    doing: 'runs',
    step: {
      purpose: 'action',
      label: 'WORKFLOW drain',
      action: null,
      startedAt: now,
      ifItFails: 'RECREATE',
      execution: { id: 'e1', service: 'embedded', isPaused: true },
    },
  } as const;
  const action = { name: 'RECREATE', label: 'RECREATE', params: { surge: true } };
  const hook = {
    ...recovery.step,
    purpose: 'before',
    action,
    execution: { id: 'e3', service: 'embedded', isPaused: false },
  } as const;
  const waiting = { ...recovery, step: hook };
  const tried = { at: now - 1000, reason: 'REBOOT: not run' };
  const hooked = {
    name: 'drain',
    reason: 'x',
    isHook: true,
    service: 'embedded' as const,
    executionId: null,
    action,
  };
  const warning = {
    recoveryId: 'r1',
    reason: 'after hook failed: x',
    service: 'embedded' as const,
    executionId: 'e2',
    workflow: 'attach',
  };
  const nodes = [
    aNode('web-1', 'QUARANTINED', { quarantine: { since: now, reason: 'x' } }),
    aNode('web-2', 'UNKNOWN'),
    failed('web-3', 'x', 'HELD', gates),
    failed('web-11', 'y', 'HELD', ['rate_limit.node']),
    aNode('web-4', 'RECOVERING', { recovery }),
    aNode('web-8', 'RECOVERING', { recovery: waiting }),
    aNode('web-9', 'QUARANTINED', { isHealthy: true, quarantine: { since: now, reason: 'x' } }),
    aNode('web-10', 'HELD', { hasLog: true }),
    aNode('web-5', 'WARNING', { warning }),
    aNode('web-6', 'EXCLUDED', { excluded: { until: null, reason: 'x' } }),
    failed('web-7', 'x', 'FAILED'),
    ...[null, 'e4'].map((executionId) =>
      aNode('web-15', 'QUARANTINED', { tried, failedWorkflow: { ...hooked, executionId } }),
    ),
    aNode('web-16', 'QUARANTINED', {
      tried,
      failedWorkflow: { ...hooked, reason: 'there is no workflow drain' },
    }),
    aNode('web-17', 'WARNING', {
      warning: { ...warning, reason: 'after hook failed: WORKFLOW w: there is no workflow w' },
    }),
    ...['web-13', 'web-14'].map((name) => aNode(name, 'FAILED', { lacks: 'server' })),
  ];
  const maintenance = { until: null, reason: 'new switch' };
  const policies = [
    null,
    { name: 'web-health', enabled: false, mode: 'ENFORCE', creates: true },
    { name: 'web-health', enabled: true, mode: 'OBSERVE', creates: true },
    { name: 'web-health', enabled: true, mode: 'ENFORCE', creates: false },
  ] as const;
  const commands = policies.flatMap((policy) => {
    const failedActions = [
      {
        id: 'a1',
        action: 'CLUSTER_UPDATE',
        nodeName: null,
        reason: 'x',
        endedAt: now,
        isRefused: false,
        halfDone: null,
      },
    ];
    const lifecycleWaits = [
      { actionId: 'a2', action: 'NODE_DELETE', partOf: null, nodeName: 'web-12', until: now + 1000 },
    ];
    const more = { missing: 1, excess: 1, failedActions, lifecycleWaits };
    const cluster = aCluster(nodes, { policy, maintenance, gates: gates.map(closed), ...more });
    return explainCluster(cluster).operator.flatMap((task) => taskSteps(task).map(({ command }) => command));
  });
  const program = await buildProgram({} as Terminal);

  test.each([...new Set(commands)])('%s', (command) => {
    const [name, ...words] = command.split(' ');
    expect(name).toBe('coppice');
    const [found, rest] = subcommand(program, words);
    expect(found.commands).toEqual([]);
    const { operands, unknown } = found.parseOptions(rest);
    expect(unknown).toEqual([]);
    const wanted = found.registeredArguments;
    expect(operands.length).toBeGreaterThanOrEqual(wanted.filter(({ required }) => required).length);
    if (!wanted.some(({ variadic }) => variadic)) expect(operands.length).toBeLessThanOrEqual(wanted.length);
  });
});

function subcommand(from: Command, words: readonly string[]): [Command, string[]] {
  const found = from.commands.find((each) => each.name() === words[0]);
  return found === undefined ? [from, [...words]] : subcommand(found, words.slice(1));
}

describe('nodes that cannot be probed', () => {
  test('that cannot be seen for a trust that is gone need their user at once', () => {
    const reason =
      'Keystone refuses the trust of the user bob (1e5a2b3c) in the project blue (ab12cd34) (gone)';
    const { operator } = explainCluster(aCluster([aNode('web-1', 'UNKNOWN', { since: now, reason })]));
    expect(operator.filter(({ required }) => required)).toEqual([
      {
        command: 'coppice cluster check web',
        reason: expect.stringContaining('as that user in the project blue') as string,
        required: true,
      },
    ]);
  });

  const unseen = (since: number): ExplainedNode => aNode('web-1', 'UNKNOWN', { since, reason: 'no answer' });

  test('need an operator only when that lasts: an API that restarts is back in a few minutes', () => {
    const required = (lastsMs: number) =>
      explainCluster(aCluster([unseen(now - lastsMs)])).operator.map((task) => task.required);
    expect(required(5000)).toEqual([false]);
    expect(required(299_000)).toEqual([false]);
    expect(required(300_000)).toEqual([true]);
  });

  test('only for a member that was deleted are added again: that is waited for, and nothing has to be fixed', () => {
    const reason = 'pool p1 has no member m1';
    const node = (addedAgainAt: number | null): ExplainedNode =>
      aNode('web-1', 'UNKNOWN', {
        since: now - 900_000,
        reason,
        lostMember: { pool: 'p1', addedAgainAt },
      });
    const explained = explainCluster(aCluster([node(now + 200_000)]));
    expect(explained.problems).toEqual([`web-1 cannot be probed: ${reason}`]);
    expect(explained.waiting).toEqual([
      {
        reason:
          'web-1: its member was deleted from the pool p1, and is added again in 3 min 20 s (at most once in 5 min)',
        until: now + 200_000,
      },
    ]);
    expect(explained.operator).toEqual([
      {
        reason: 'add web-1 to the pool again now, without waiting',
        command: 'coppice cluster check web',
        required: false,
      },
    ]);
    const paused = explainCluster(aCluster([node(null)]));
    expect(paused.waiting[0]?.reason).toMatch(/is added again once healing is not paused/);
    expect(paused.operator).toEqual([]);
  });

  test('leave what is wrong with the cloud, and what to do about it, to the line of the cloud', () => {
    const cloud = { unseenBecause: 'the cloud is away (compute)', hasNoHost: false };
    const { problems, operator } = explainCluster(aCluster([unseen(now - 900_000)], { cloud }));
    expect(problems).toEqual(['web-1 cannot be probed, and is left alone: the cloud is away (compute)']);
    expect(operator).toEqual([]);
  });
});

test('while the server records nothing no command is recommended: it would carry out none', () => {
  const nodes = [aNode('web-1', 'UNKNOWN', { since: now - 900_000 }), failed('web-2', 'x')];
  const gates = [closed('max_unhealthy')];
  expect(explainCluster(aCluster(nodes, { gates })).operator).not.toEqual([]);
  expect(explainCluster(aCluster(nodes, { gates, recordsNothing: true })).operator).toEqual([]);
});

test('while no host of the cloud is up no recovery is recommended, whatever gate holds', () => {
  const cloud = { unseenBecause: null, hasNoHost: true };
  for (const gate of ['max_unhealthy', 'rate_limit.node', 'zone_outage'] as const) {
    const nodes = [
      failed('web-1', 'host compute1 is down', 'HELD', [gate]),
      failed('web-2', 'host compute2 is down', 'HELD', [gate]),
    ];
    const { problems, operator } = explainCluster(aCluster(nodes, { gates: [closed(gate)], cloud }));
    expect(problems[0]).toBe('no recovery helps before a compute host of the cloud is up');
    expect(operator.filter(({ command }) => command.startsWith('coppice node recover'))).toEqual([]);
  }
});

describe('where the cause is known', () => {
  const quota =
    'RECREATE: compute: POST /servers: 403 Quota exceeded for instances: Requested 1, but already used 2';
  const next = { what: 'HOLD', at: now, reason: 'the breaker is open', heldBy: ['breaker'] } as const;
  const tried = { at: now - 90_000, reason: quota };
  const failure = { class: 'NOT_CREATED', reason: 'no server was created' };
  const node = (name: string, standing: Standing) => aNode(name, standing, { next, tried, failure });

  const listOf = (cluster: ExplainedCluster) => {
    const { operator } = explainCluster(cluster);
    const [list] = operator;
    expect(list).toMatchObject({ command: 'openstack limits show --absolute', required: true });
    const commands = list?.steps?.map(({ command }) => command) ?? [];
    // What is a step of the list is told nowhere else.
    for (const { command } of operator.slice(1)) expect(commands).not.toContain(command);
    return commands;
  };

  test('the breaker is reset after it: else a recovery costs another server', () => {
    const commands = listOf(aCluster([node('web-1', 'HELD')], { gates: [closed('breaker')] }));
    expect(commands.at(-1)).toBe('coppice cluster breaker reset web');
  });

  test.each([
    ['OBSERVE' as const, 'FAILED' as const, 'coppice node recover web-1 --check --wait'],
    ['ENFORCE' as const, 'QUARANTINED' as const, 'coppice node release web-1'],
  ])('%s: whatever starts a recovery of a node comes after it (%s)', (mode, standing, command) => {
    const quarantine = standing === 'QUARANTINED' ? { since: now, reason: quota } : null;
    const policy = { name: 'p', enabled: true, mode, creates: true };
    expect(listOf(aCluster([{ ...node('web-1', standing), quarantine }], { policy })).at(-1)).toBe(command);
  });

  test('a policy without an action for the failure needs an operator, though recoveries begin again and again', () => {
    const reason = 'no action of the policy is for a failure of class SERVER_PAUSED';
    const paused = { class: 'SERVER_PAUSED', reason: 'server s is PAUSED' };
    const waits = { what: 'SKIP', at: now + 5000, reason: 'the last recovery did not help' } as const;
    const failed = aNode('web-1', 'FAILED', {
      failure: paused,
      tried: { at: now - 1000, reason },
      next: waits,
    });
    const [list] = explainCluster(aCluster([failed])).operator;
    expect(list).toMatchObject({ command: 'coppice cluster policy-attach web POLICY', required: true });
    expect(list?.reason).toContain('is for SERVER_PAUSED');
    expect(list?.steps?.at(-1)?.command).toBe('coppice node recover web-1 --operation RECREATE --wait');
  });

  test('one list names all nodes that it keeps from being recovered', () => {
    const quarantine = { since: now, reason: quota };
    const nodes = [1, 2, 3].map((number) => ({ ...node(`web-${number}`, 'QUARANTINED'), quarantine }));
    const { operator } = explainCluster(aCluster(nodes));
    expect(operator).toHaveLength(1);
    expect(operator[0]?.reason).toContain('quota of instances (web-1, web-2, web-3)');
    expect(operator[0]?.steps?.at(-1)?.command).toBe('coppice node release web-1 web-2 web-3');
  });

  describe('and no action of the policy creates what a node lacks', () => {
    const policy = { name: 'p', enabled: true, mode: 'ENFORCE', creates: false } as const;
    const lost = (name: string, more: Partial<ExplainedNode> = {}) =>
      aNode(name, 'FAILED', { failure, lacks: 'server', ...more });
    const creates = [
      'coppice node recover web-1 --operation RECREATE --wait',
      'coppice node recover web-2 --operation RECREATE --wait',
      'coppice node delete web-1 web-2 --wait',
    ];

    test('the cause of their creation comes first, then what creates them', () => {
      const notCreated = { at: now - 5000, reason: quota };
      const tried = { at: now, reason: 'REBUILD: the node has no server' };
      const nodes = ['web-1', 'web-2'].map((name) => lost(name, { notCreated, tried }));
      expect(listOf(aCluster(nodes, { policy })).slice(-3)).toEqual(creates);
    });

    test('also where the cause is not known, and while a recovery runs in vain', () => {
      const nodes = [lost('web-1'), lost('web-2', { standing: 'RECOVERING' })];
      const { operator } = explainCluster(aCluster(nodes, { policy }));
      expect(operator[0]).toMatchObject({
        reason: 'web-1, web-2 have no server, and no action of the policy p creates one',
        required: true,
      });
      expect(operator[0]?.steps?.map(({ command }) => command)).toEqual(creates);
    });
  });
});

test('a program that does not start needs another profile before its node is released', () => {
  const quarantine = { since: now, reason: 'RECREATE: the command ./web.sh is a file that does not exist' };
  const tried = { at: now, reason: quarantine.reason };
  const { problems, operator } = explainCluster(
    aCluster([aNode('web-1', 'QUARANTINED', { quarantine, tried })]),
  );
  expect(problems[0]).toMatch(
    /^web-1 was quarantined 0 ms ago: the program \.\/web\.sh of the profile does not/,
  );
  expect(operator[0]?.steps?.map(({ command }) => command)).toEqual([
    'ls -ld ./web.sh',
    'coppice node update web-1 --profile PROFILE',
    'coppice cluster update web --profile PROFILE',
    'coppice node release web-1',
  ]);
});

test('no node is recovered by hand while the cloud is away', () => {
  const cloud = { unseenBecause: 'the cloud is away (compute)', hasNoHost: false };
  for (const gate of ['max_unhealthy', 'rate_limit.cluster'] as const) {
    const nodes = [failed('web-1', 'x', 'HELD', [gate]), failed('web-2', 'x', 'FAILED')];
    const { operator } = explainCluster(aCluster(nodes, { gates: [closed(gate)], cloud }));
    expect(operator.map(({ command }) => command).filter((each) => each.includes('node recover'))).toEqual(
      [],
    );
  }
});

test('of many nodes the first have their commands, and none is dropped: the rest is listed by one', () => {
  const quarantine = { since: now, reason: 'x' };
  const nodes = Array.from({ length: 8 }, (_, index) =>
    aNode(`web-${index + 1}`, 'QUARANTINED', { quarantine }),
  );
  const commands = explainCluster(aCluster(nodes)).operator.map(({ command }) => command);
  expect(commands).toEqual([
    'coppice node release web-1 web-2 web-3 web-4 web-5',
    'coppice node list --cluster web --health QUARANTINED',
    'coppice recovery list --node web-1',
  ]);
});

test('what is wrong with several nodes, and ends in the same way, is told once', () => {
  const tried = { at: now - 5000, reason: 'RECREATE: the server could not be created: no room' };
  const nodes = [3000, 3200, 3900].map((ms, index) => {
    const quarantine = { since: now - ms, reason: `recovery 3 of 3 did not help: ${tried.reason}` };
    return aNode(`web-${index + 1}`, 'QUARANTINED', { quarantine, tried });
  });
  const other = { since: now - 3000, reason: 'an operator has tainted it' };
  const { problems, operator } = explainCluster(
    aCluster([...nodes, aNode('web-4', 'QUARANTINED', { quarantine: other, isHealthy: true })]),
  );
  expect(problems).toEqual([
    `web-1, web-2, web-3 were quarantined 3 s ago (recovery 3 of 3 did not help: ${tried.reason})`,
    'web-4 was quarantined 3 s ago (an operator has tainted it); it is healthy now: process 7 has ended',
  ]);
  expect(operator.map(({ command }) => command)).toEqual([
    'coppice node release web-1 web-2 web-3',
    'coppice node release web-4',
    'coppice recovery list --node web-1',
  ]);
});

test('where they differ in their numbers, one of them is the example', () => {
  const nodes = [17, 18].map((pid, index) =>
    aNode(`web-${index + 1}`, 'SUSPECTED', { reason: `process ${pid} has ended` }),
  );
  expect(explainCluster(aCluster(nodes)).problems).toEqual([
    'web-1, web-2 failed their last probe; web-1: process 17 has ended',
  ]);
});

test('a node is released after the update that it waits for: else it is made again from the wrong profile', () => {
  const halfDone = {
    wanted: 'v2',
    own: 'v1',
    groups: [
      { profile: 'v2', nodes: 1, first: 'web-1' },
      { profile: 'v1', nodes: 1, first: 'web-2' },
    ],
  };
  const failedActions = [
    {
      id: 'a1',
      action: 'CLUSTER_UPDATE',
      nodeName: null,
      reason: 'x',
      endedAt: now - 60_000,
      isRefused: false,
      halfDone,
    },
  ];
  const node = aNode('web-1', 'QUARANTINED', { quarantine: { since: now, reason: 'nothing helped' } });
  const { operator } = explainCluster(aCluster([node, aNode('web-2', 'HEALTHY')], { failedActions }));
  expect(operator.filter(({ required }) => required).map(({ command }) => command)).toEqual([
    'coppice action show a1',
    'coppice cluster update web --profile v2',
    'coppice cluster update web --profile v1',
    'coppice node release web-1',
  ]);
  expect(operator[3]?.reason).toMatch(/^only when the update is finished, or taken back: /);
});

test('what a quarantined node needs does not hide what helps a held one', () => {
  const quarantined = aNode('web-1', 'QUARANTINED', { quarantine: { since: now, reason: 'x' } });
  const nodes = [quarantined, failed('web-2', 'y')];
  const { operator } = explainCluster(aCluster(nodes, { gates: [closed('max_unhealthy')] }));
  expect(operator.filter(({ required }) => required).map(({ command }) => command)).toEqual([
    'coppice node release web-1',
    'coppice node recover web-2 --check --wait',
  ]);
});

test('an action that failed is told with what it left: nodes that are not desired any more', () => {
  const failedAction = {
    id: 'a1',
    action: 'CLUSTER_SCALE_IN',
    nodeName: null,
    reason: 'Deletion failed for 1 of 1 node: web-3: the hook refused',
    endedAt: now - 60_000,
    isRefused: false,
    halfDone: null,
  };
  const { problems, operator } = explainCluster(
    aCluster([], { desired: 2, excess: 1, failedActions: [failedAction], policy: null }),
  );
  expect(problems).toEqual([
    'CLUSTER_SCALE_IN failed 60 s ago: Deletion failed for 1 of 1 node: web-3: the hook refused',
    '1 node more than the 2 that are desired',
  ]);
  expect(operator).toEqual([
    {
      reason: 'remove the node that is not desired any more; or keep it with --capacity 3',
      command: 'coppice cluster resize web --capacity 2',
      required: true,
    },
    {
      reason: expect.stringContaining('CLUSTER_SCALE_IN of web') as string,
      command: 'coppice action show a1',
      required: false,
    },
  ]);
});

test('an action that was refused is told as that, and asks nothing of an operator', () => {
  const refusal = {
    id: 'a1',
    action: 'CLUSTER_SCALE_OUT',
    nodeName: null,
    reason: "The target capacity (3) is greater than the cluster's max_size (2).",
    endedAt: now - 60_000,
    isRefused: true,
    halfDone: null,
  };
  const { problems, operator } = explainCluster(aCluster([], { failedActions: [refusal], policy: null }));
  expect(problems).toEqual([
    "CLUSTER_SCALE_OUT was refused 60 s ago: The target capacity (3) is greater than the cluster's max_size (2).",
  ]);
  expect(operator).toEqual([]);
});

describe('an update that stopped', () => {
  const failure = { id: 'a1', action: 'CLUSTER_UPDATE', nodeName: null, reason: 'x', endedAt: now - 60_000 };
  const explained = (halfDone: HalfDoneUpdate) =>
    explainActions({
      name: 'web',
      now,
      desired: 3,
      excess: 0,
      failedActions: [{ ...failure, isRefused: false, halfDone }],
      lifecycleWaits: [],
    });
  const have = (profile: string, nodes: number, first: string) => ({ profile, nodes, first });

  test('says which nodes have which profile, what ends the update, and what takes it back', () => {
    const groups = [have('v2', 1, 'web-1'), have('v1', 2, 'web-2')];
    const { problems, operator } = explained({ wanted: 'v2', own: 'v1', groups });
    expect(problems).toEqual([
      'CLUSTER_UPDATE failed 60 s ago: x',
      '1 of 3 nodes has the profile v2 (web-1), 2 have v1, the profile of the cluster; a recovery makes each node again from the profile that it has',
    ]);
    expect(operator).toEqual([
      expect.objectContaining({ command: 'coppice action show a1' }),
      {
        command: 'coppice cluster update web --profile v2',
        reason:
          'finish the update, once what made it fail is corrected: it is given to the 2 nodes that have another profile, and to the cluster',
        required: true,
      },
      {
        command: 'coppice cluster update web --profile v1',
        reason: 'or back to v1: it is given to the 1 node that has another profile',
        required: true,
      },
    ]);
  });

  test('that changed no node is requested again with the name of its profile', () => {
    const failed = { ...failure, isRefused: false, halfDone: null, wantedProfile: 'v2' };
    const cluster = { name: 'web', now, desired: 3, excess: 0, lifecycleWaits: [] };
    expect(
      explainActions({ ...cluster, failedActions: [failed] }).operator.map(({ command }) => command),
    ).toEqual(['coppice action show a1', 'coppice cluster update web --profile v2']);
  });

  test('where all nodes have the new profile only the cluster is left', () => {
    const { problems, operator } = explained({ wanted: 'v2', own: 'v1', groups: [have('v2', 3, 'web-1')] });
    expect(problems[1]).toMatch(
      /^3 of 3 nodes have the profile v2 \(web-1 and 2 more\), none has v1, the profile/,
    );
    expect(operator[1]?.reason).toMatch(/: it is given to the cluster$/);
  });

  test.each(['v1', null])(
    'has one way left where it was to go back, or its profile is gone (%s)',
    (wanted) => {
      const { operator } = explained({ wanted, own: 'v1', groups: [have('v2', 3, 'web-1')] });
      expect(operator.map(({ command }) => command)).toEqual([
        'coppice action show a1',
        'coppice cluster update web --profile v1',
      ]);
    },
  );
});

describe('a recovery past a closed gate', () => {
  const maxUnhealthy = [closed('max_unhealthy')];
  const recovers = (operator: readonly { readonly command: string }[]): string[] =>
    operator.flatMap(({ command }) => (command.includes('node recover') ? command : []));
  const trust = 'Keystone refuses the trust of the user bob (1e5a2b3c) in the project blue (ab12cd34) (gone)';
  const itself = { what: 'HOLD', at: now, reason: 'held: cannot probe the node', heldBy: [] } as const;

  test('is offered for a node that the gate holds, with a check: one that is healthy is left alone', () => {
    const { operator } = explainCluster(aCluster([failed('web-1', 'x')], { gates: maxUnhealthy }));
    expect(recovers(operator)).toEqual(['coppice node recover web-1 --check --wait']);
  });

  test('is not offered for nodes that cannot be probed: what keeps them from it is told instead', () => {
    const unseen = { isUnknown: true, reason: trust, next: itself };
    const nodes = [
      aNode('web-1', 'HELD', unseen),
      aNode('web-2', 'UNKNOWN', unseen),
      aNode('web-3', 'QUARANTINED', { ...unseen, quarantine: { since: now, reason: 'nothing helped' } }),
    ];
    const cluster = aCluster(nodes, { gates: maxUnhealthy });
    const { problems, operator } = explainCluster(cluster);
    expect(recovers(operator)).toEqual([]);
    expect(problems).toContain(`web-1, web-2 cannot be probed: ${trust}`);
    expect(operator[0]).toMatchObject({ command: 'coppice cluster check web', required: true });
    const [gate] = endsOfGates(cluster, gateTasks(cluster), operator);
    expect(recovers(gate?.endsBy ?? [])).toEqual([]);
  });

  test('passes over nodes that it cannot help, to one that it can', () => {
    const tried = { at: now - 1000, reason: 'RECREATE: No valid host was found. ' };
    const nodes = [
      { ...failed('web-1', 'x'), isUnknown: true },
      { ...failed('web-2', 'x'), tried },
      failed('web-3', 'http://10.0.0.5:80/: refused'),
      failed('web-4', 'http://10.0.0.5:80/: refused'),
      failed('web-5', 'x'),
      aNode('web-6', 'HEALTHY'),
    ];
    const { operator } = explainCluster(aCluster(nodes, { gates: maxUnhealthy }));
    expect(recovers(operator)).toEqual(['coppice node recover web-5 --check --wait']);
    const commands = operator.filter(({ required }) => required).map(({ command }) => command);
    expect(commands).toContain('openstack compute service list --service nova-compute');
    expect(commands).toContain('coppice policy show web-health');
  });

  test('is not offered where all nodes that can be probed answer alike', () => {
    const reason = 'http://10.0.0.1:80/helath answered 404';
    const nodes = [1, 2].map((number) => {
      const own = reason.replace('0.1:', `0.${number}:`);
      return { ...failed(`web-${number}`, own), failure: { class: 'URL_UNHEALTHY', reason: own } };
    });
    const unseen = aNode('web-3', 'UNKNOWN', { reason: 'no answer' });
    const cluster = aCluster([...nodes, unseen], { gates: maxUnhealthy });
    expect(recovers(explainCluster(cluster).operator)).toEqual([]);
    expect(endsOfGates(cluster, gateTasks(cluster), [])).toMatchObject([{ endsBy: [] }]);
    expect(gateTasks(cluster).ofNode(nodes[0] ?? unseen)).toEqual([]);
  });

  test('is told alike by the list of the cluster, by the gate and by the node', () => {
    const node = failed('web-1', 'x');
    const cluster = aCluster([node], { gates: maxUnhealthy });
    const { operator } = explainCluster(cluster);
    const tasks = gateTasks(cluster);
    expect(endsOfGates(cluster, tasks, operator)[0]?.endsBy).toEqual(operator);
    expect(tasks.ofNode(node)).toEqual(operator);
  });
});

test('nodes that fail alike are released only when the policy is right, which is said first', () => {
  const quarantine = { since: now, reason: 'nothing helped' };
  const nodes = [1, 2].map((number) => {
    const reason = `http://10.0.0.${number}:80/helath answered 404`;
    return aNode(`web-${number}`, 'QUARANTINED', { quarantine, failure: { class: 'URL_UNHEALTHY', reason } });
  });
  const { operator, problems } = explainCluster(aCluster(nodes));
  expect(operator[0]?.command).toBe('coppice policy show web-health');
  expect(operator[1]).toMatchObject({
    command: 'coppice node release web-1 web-2',
    reason: expect.stringMatching(/^only when the policy is right: else it fails again; release/) as string,
  });
  expect(problems.join('\n')).toMatch(
    /\(nothing helped\); it failed \(URL_UNHEALTHY: http:\/\/10\.0\.0\.1:80\/helath answered 404\)$/m,
  );
});

describe('a workflow for which a recovery did not help', () => {
  const tried = {
    at: now - 1000,
    reason: 'REBOOT: not run, because what comes before it failed: WORKFLOW drain',
  };
  const quarantine = { since: now, reason: tried.reason };
  const hook = {
    name: 'drain',
    reason: 'the workflow ended in ERROR: task a: no such host',
    isHook: true,
    service: 'embedded' as const,
    executionId: 'e1',
    action: { name: 'REBOOT', label: 'REBOOT', params: { type: 'HARD' } },
  };
  const told = (failedWorkflow: ExplainedNode['failedWorkflow']) =>
    explainCluster(aCluster([aNode('web-1', 'QUARANTINED', { quarantine, tried, failedWorkflow })])).operator;

  test('has its error, the way past the hook, and the release of the node, in one list', () => {
    const [list, ...others] = told(hook);
    expect(others).toEqual([]);
    expect(list).toMatchObject({
      reason: expect.stringContaining('the hook WORKFLOW drain has failed') as string,
    });
    expect(list?.steps).toMatchObject([
      { command: 'coppice workflow show e1', text: expect.stringContaining('no such host') as string },
      { command: 'coppice node recover web-1 --operation REBOOT --wait' },
      { command: 'coppice node release web-1' },
    ]);
  });

  test('is created where it does not exist', () => {
    const reason = 'there is no workflow drian (did you mean drain?)';
    const [list] = told({ ...hook, name: 'drian', reason, executionId: null });
    expect(list?.steps?.[0]?.command).toBe('coppice workflow create FILE');
  });
});

describe('a gate that opens by itself', () => {
  const needed = (gate: GateName, dead: number, waitMs: number) => {
    const nodes = [1, 2, 3, 4].map((number) =>
      number <= dead ? failed(`web-${number}`, 'x', 'HELD', [gate]) : aNode(`web-${number}`, 'HEALTHY'),
    );
    const gates = [{ ...closed(gate), until: now + waitMs }];
    return explainCluster(aCluster(nodes, { gates })).operator.some(({ required }) => required);
  };
  const minute = 60_000;

  test.each([
    ['breaker' as const, 1, 5 * minute, true],
    ['rate_limit.cluster' as const, 1, 5 * minute, false],
    ['rate_limit.cluster' as const, 2, 5 * minute, true],
    ['rate_limit.cluster' as const, 4, 5000, false],
  ])('%s, %i of 4 nodes dead, for %i ms: an operator is needed: %s', (gate, dead, waitMs, expected) => {
    expect(needed(gate, dead, waitMs)).toBe(expected);
  });
});

test('an open breaker is reset once the cause is removed, and all of its recoveries are listed', () => {
  const { operator } = explainCluster(
    aCluster([failed('web-1', 'x', 'HELD', ['breaker'])], { gates: [closed('breaker')] }),
  );
  expect(operator.filter(({ command }) => /breaker|recovery list/.test(command))).toMatchObject([
    {
      command: 'coppice cluster breaker reset web',
      reason: expect.stringMatching(/^once the cause is/) as string,
    },
    { command: 'coppice recovery list --cluster web' },
  ]);
});

describe('the release of a quarantined node says that a closed gate still holds it', () => {
  const quarantine = { since: now, reason: 'nothing helped' };
  const releaseIn = (gates: readonly ClosedGate[]) => {
    const cluster = aCluster([aNode('web-1', 'QUARANTINED', { quarantine })], { gates });
    return explainCluster(cluster).operator.find(({ command }) => command.includes('release'));
  };
  const again = 'fix the cause, then release web-1: it is recovered again, with all its tries';

  test.each([
    ['breaker' as const, 'coppice cluster breaker reset web'],
    ['max_unhealthy' as const, 'coppice node recover web-1 --check --wait'],
  ])('%s, and which command ends that', (gate, command) => {
    const release = releaseIn([closed(gate)]);
    expect(release?.reason).toBe(`${again}; the gate ${gate} still holds it then: x (y)`);
    expect(release?.steps?.map((step) => step.command)).toEqual(['coppice node release web-1', command]);
  });

  test('and nothing of a gate where none is closed', () => {
    expect(releaseIn([])?.reason).toBe(again);
  });
});

describe('a node whose last server was removed, and no new one made', () => {
  const failure = { class: 'NOT_CREATED', reason: 'no server was created for this node' };
  const more = { failure, lacks: 'server' };

  test.each([
    [
      'that is quarantined',
      'QUARANTINED' as const,
      /^web-1 was quarantined .*\(nothing helped\); it has no server now$/,
    ],
    ['that has failed', 'FAILED' as const, /^web-1 failed \(NOT_CREATED: .*\); it has no server now$/],
  ])('%s says that it has none', (_, standing, expected) => {
    const quarantine = standing === 'QUARANTINED' ? { since: now, reason: 'nothing helped' } : null;
    const { problems } = explainCluster(aCluster([aNode('web-1', standing, { ...more, quarantine })]));
    expect(problems).toEqual([expect.stringMatching(expected)]);
  });

  test('and several say it once', () => {
    const { problems } = explainCluster(
      aCluster([aNode('web-1', 'FAILED', more), aNode('web-2', 'FAILED', more)]),
    );
    expect(problems).toEqual([
      `web-1, web-2 failed (NOT_CREATED: ${failure.reason}); they have no server now`,
    ]);
  });
});

describe('advice from a recovery that failed', () => {
  const image = 'RECREATE: the image debian could not be found: there is none';
  const tried = { at: now - 90_000, reason: image };
  const told = (node: ExplainedNode, more: Partial<ExplainedCluster> = {}) =>
    explainCluster(aCluster([node], more)).operator.find(({ command }) => command === 'openstack image list');

  test('says as of when, what an update would do to the other nodes, and that it is tried again', () => {
    const profileChanges = { image: 'each server is rebuilt' };
    expect(told(aNode('web-1', 'FAILED', { tried }), { profileChanges })).toEqual({
      reason:
        'as of 90 s ago, when it was last tried: the image debian of the profile is gone (web-1); once that is put right, web-1 is recovered again without a command',
      command: 'openstack image list',
      required: false,
      steps: [
        { command: 'openstack image list', text: 'see what there is, and put it back under this name' },
        {
          command: 'coppice node update web-1 --profile PROFILE',
          text: 'or, instead of step 1, create a profile with another one (PROFILE is its name), and give it to web-1 alone',
        },
        {
          command: 'coppice cluster update web --profile PROFILE',
          text: 'or to all nodes, the healthy ones too, one after the other: each server is rebuilt (--plan shows it, and changes nothing)',
        },
      ],
    });
  });

  test('says how many nodes a batch policy lets an update change at once', () => {
    const task = told(aNode('web-1', 'FAILED', { tried }), { updateBatch: 3 });
    expect(task?.steps?.[2]?.text).toContain('to all nodes, the healthy ones too, 3 at once at most: ');
  });

  test('is dropped once the node is healthy, or its last recovery failed for another cause', () => {
    const quarantine = { since: now, reason: image };
    expect(told(aNode('web-1', 'QUARANTINED', { quarantine, tried, isHealthy: true }))).toBeUndefined();
    const other = { at: now, reason: 'RECREATE: Quota exceeded for instances' };
    expect(told(aNode('web-1', 'QUARANTINED', { quarantine, tried: other }))).toBeUndefined();
  });
});

test('what was last known of nodes that no policy probes is told as of when, and is no reason to recover one', () => {
  const nodes = [aNode('web-1', 'FAILED'), aNode('web-2', 'FAILED', { asOf: now - 180_000 })];
  const commandsOf = (those: readonly ExplainedNode[]) =>
    explainCluster(aCluster(those, { policy: null })).operator.flatMap(taskSteps);
  expect(explainCluster(aCluster(nodes, { policy: null })).operator[0]?.reason).toBe(
    'as of 60 s ago, web-1, web-2 failed; no health policy is attached, so that nothing watches them',
  );
  expect(commandsOf(nodes).map(({ command }) => command)).toEqual([
    'coppice cluster policy-attach web POLICY',
    'coppice node recover web-1 --check --wait',
    'coppice node recover web-2 --check --wait',
  ]);
  // What its recoveries failed for may be put right since.
  const reason = 'REBOOT: the command ./web.sh cannot be executed';
  const quarantine = { since: now, reason };
  const tried = { at: now, reason };
  const left = commandsOf([aNode('web-1', 'QUARANTINED', { quarantine, tried })]);
  expect(left.map(({ command }) => command)).toEqual([
    'coppice cluster policy-attach web POLICY',
    'coppice node release web-1',
    'coppice node recover web-1 --check --wait',
  ]);
});

test('the removal of what a hook has kept is told to fail as long as the hook cannot be reached', () => {
  const reason = `Deletion failed for 1 of 1 node: web-3: The ${hookNotNotified}, and the node stays: ECONNREFUSED.`;
  const of = {
    id: 'a1',
    action: 'CLUSTER_SCALE_IN',
    nodeName: null,
    endedAt: now - 60_000,
    isRefused: false,
    halfDone: null,
  };
  const cluster = aCluster([], { desired: 2, excess: 1, failedActions: [{ ...of, reason }] });
  expect(explainCluster(cluster).operator[0]).toEqual({
    reason:
      'remove the node that is not desired any more, only when the lifecycle hook can be reached again: else it fails again; or keep it with --capacity 3',
    command: 'coppice cluster resize web --capacity 2',
    required: true,
  });
});

test('what waits for a lifecycle hook is told, until when, and what lets it go', () => {
  const wait = {
    actionId: 'a7',
    action: 'NODE_DELETE',
    partOf: 'CLUSTER_SCALE_IN',
    nodeName: 'web-3',
    until: now + 900_000,
  };
  const { waiting, operator } = explainCluster(aCluster([], { lifecycleWaits: [wait] }));
  expect(waiting).toEqual([
    {
      reason:
        'CLUSTER_SCALE_IN: web-3 waits for its lifecycle hook (NODE_DELETE), and goes in 15 min at the latest',
      until: now + 900_000,
    },
  ]);
  expect(operator).toEqual([
    {
      command: 'coppice cluster complete-lifecycle web a7',
      reason: 'let web-3 go at once: what its hook is for is done, or is not needed',
      required: false,
    },
  ]);
});

test('what a node has written is offered where there is something', () => {
  const ended = { failure: { class: 'PROCESS_EXITED', reason: 'process 7 has ended' } };
  const commandsFor = (hasLog: boolean): string[] =>
    explainCluster(aCluster([aNode('web-1', 'FAILED', { ...ended, hasLog })])).operator.map(
      ({ command }) => command,
    );
  expect(commandsFor(true)).toEqual(['coppice node show web-1']);
  expect(commandsFor(false)).toEqual([]);
});
