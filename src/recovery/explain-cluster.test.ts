import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { buildProgram } from '../cli/program.ts';
import type { Terminal } from '../cli/rendering/terminal.ts';
import { explainCluster, type ExplainedCluster, type ExplainedNode } from './explain-cluster.ts';
import type { ClosedGate, GateName } from './gates.ts';
import type { Standing } from './standing.ts';

const now = 1_800_000_000_000;

function aNode(name: string, standing: Standing, more: Partial<ExplainedNode> = {}): ExplainedNode {
  return {
    name,
    standing,
    reason: 'process 7 has ended',
    failure: null,
    excluded: null,
    quarantine: null,
    recovery: null,
    next: { what: 'PROBE', at: now + 1000, reason: 'probed every 10 s' },
    warning: null,
    ...more,
  };
}

function failed(name: string, reason: string, standing: Standing = 'HELD'): ExplainedNode {
  const next = { what: 'HOLD', at: now + 60_000, reason: 'held: 2 of 2 nodes are unhealthy' } as const;
  return aNode(name, standing, { failure: { class: 'URL_UNREACHABLE', reason }, next });
}

function aCluster(nodes: readonly ExplainedNode[], more: Partial<ExplainedCluster> = {}): ExplainedCluster {
  return {
    name: 'web',
    now,
    desired: nodes.length,
    missing: 0,
    policy: { name: 'web-health', enabled: true, mode: 'ENFORCE' },
    maintenance: null,
    gates: [],
    zoneOutages: [],
    nodes,
    ...more,
  };
}

function closed(gate: GateName): ClosedGate {
  return { gate, total: null, limit: null, since: null, until: now, why: 'x', reason: 'held: x' };
}

test('many nodes that fail at one address are told once, with what they have in common', () => {
  const reason = 'http://10.0.0.5:8080/health: connection refused';
  const nodes = ['web-1', 'web-2', 'web-3'].map((name) => failed(name, reason));
  const { problems, waiting } = explainCluster(aCluster(nodes));
  expect(problems).toEqual([
    `web-1, web-2, web-3 failed (URL_UNREACHABLE: ${reason})`,
    expect.stringMatching(/^web-1, web-2, web-3 all fail at the same address http:\/\/10\.0\.0\.5:8080: /),
  ]);
  expect(waiting).toEqual([
    { reason: 'web-1, web-2, web-3: held: 2 of 2 nodes are unhealthy', until: now + 60_000 },
  ]);
});

test('nodes that fail each at its own address have none in common', () => {
  const nodes = [1, 2].map((number) => failed(`web-${number}`, `http://127.0.0.1:810${number}/: refused`));
  expect(explainCluster(aCluster(nodes)).problems).toEqual([
    'web-1, web-2 failed (URL_UNREACHABLE: http://127.0.0.1:8101/: refused)',
  ]);
});

test('nodes that cannot be probed for one reason are written once', () => {
  const server = (digit: number): string =>
    `cannot see server 2d5acb1${digit}-6b50-424a-b4a1-deb01e22be6a: compute answered 503: away`;
  const nodes = [1, 2].map((number) => aNode(`web-${number}`, 'UNKNOWN', { reason: server(number) }));
  expect(explainCluster(aCluster(nodes)).problems).toEqual([`web-1, web-2 cannot be probed: ${server(1)}`]);
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
  ];
  const recovery = {
    id: 'r',
    mode: 'ENFORCE',
    startedAt: now,
    doing: 'runs',
    pausedExecution: 'e1',
  } as const;
  const warning = { recoveryId: 'r1', reason: 'after hook failed: x', executionId: 'e2' };
  const nodes = [
    aNode('web-1', 'QUARANTINED', { quarantine: { since: now, reason: 'x' } }),
    aNode('web-2', 'UNKNOWN'),
    failed('web-3', 'x'),
    aNode('web-4', 'RECOVERING', { recovery }),
    aNode('web-5', 'WARNING', { warning }),
    aNode('web-6', 'EXCLUDED', { excluded: { until: null, reason: 'x' } }),
    failed('web-7', 'x', 'FAILED'),
  ];
  const maintenance = { until: null, reason: 'new switch' };
  const policies = [
    null,
    { name: 'web-health', enabled: false, mode: 'ENFORCE' },
    { name: 'web-health', enabled: true, mode: 'OBSERVE' },
  ] as const;
  const commands = policies.flatMap((policy) => {
    const cluster = aCluster(nodes, { policy, maintenance, missing: 1, gates: gates.map(closed) });
    return explainCluster(cluster).operator.map(({ command }) => command);
  });
  const program = await buildProgram({} as Terminal);

  test.each([...new Set(commands)])('%s', (command) => {
    const [name, ...words] = command.split(' ');
    expect(name).toBe('coppice');
    const [found, rest] = subcommand(program, words);
    expect(found.commands).toEqual([]);
    const { operands, unknown } = found.parseOptions(rest);
    expect(unknown).toEqual([]);
    expect(operands).toHaveLength(found.registeredArguments.length);
  });
});

function subcommand(from: Command, words: readonly string[]): [Command, string[]] {
  const found = from.commands.find((each) => each.name() === words[0]);
  return found === undefined ? [from, [...words]] : subcommand(found, words.slice(1));
}
