import { describe, expect, test } from 'vitest';
import type { PollUrlOptions } from '../domain/health-policy.ts';
import type { Verdict } from '../domain/verdict.ts';
import { withoutRetries } from './detector.ts';
import type { Detector, ProbeTarget } from './detector.ts';
import { HttpClient } from '../outbound/http-client.ts';
import { createDetectors } from './detector-registry.ts';
import { probeNode } from './probe-node.ts';
import type { SharedProbes } from '../profiles/profile-type.ts';
import { VirtualTimers } from '../../test/support/virtual-timers.ts';

const good: Verdict = { health: 'healthy', reason: 'fine' };
const bad: Verdict = { health: 'unhealthy', failure: 'PROCESS_EXITED', reason: 'gone' };
const worse: Verdict = { health: 'unhealthy', failure: 'URL_UNHEALTHY', reason: 'answered 500' };
const blind: Verdict = { health: 'unknown', reason: 'no way to look' };
const tools = { http: new HttpClient() };
const target = { node: { id: 'n', physicalId: 'server-1' } } as ProbeTarget;

describe('a look at a node', () => {
  function detector(answers: readonly Verdict[], changes: Partial<Detector> = {}): Detector {
    let asked = 0;
    const probe = (): Promise<Verdict> => Promise.resolve(answers[asked++] ?? blind);
    return {
      mode: 'NODE_STATUS_POLLING',
      name: changes.mode ?? 'NODE_STATUS_POLLING',
      attempts: 1,
      retryIntervalMs: 0,
      timeoutMs: 1000,
      probe,
      ...changes,
    };
  }

  test('asks all modes side by side, and an unhealthy one again', async () => {
    const timers = new VirtualTimers();
    const url = detector([worse, worse, good], {
      mode: 'NODE_STATUS_POLL_URL',
      attempts: 3,
      retryIntervalMs: 2000,
    });
    const { signal } = new AbortController();
    const looking = probeNode(target, [detector([good]), url], 'ANY_FAILED', { signal, timers });
    await timers.advance(4000);
    const { verdicts, combined } = await looking;
    expect(combined).toEqual({ health: 'healthy', reason: 'fine' });
    expect(verdicts.map((one) => one.attempts)).toEqual([1, 3]);
    expect(timers.pending).toBe(0);
  });

  test.each(['during an attempt', 'between two attempts'])(
    'that is not wanted any more ends at once, %s',
    async (when) => {
      const timers = new VirtualTimers();
      const controller = new AbortController();
      const hanging = (_: ProbeTarget, signal: AbortSignal): Promise<Verdict> =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      const slow = { attempts: 3, retryIntervalMs: 60_000, timeoutMs: 60_000 };
      const one =
        when === 'during an attempt' ? detector([], { ...slow, probe: hanging }) : detector([bad], slow);
      const looking = probeNode(target, [one], 'ANY_FAILED', { signal: controller.signal, timers });
      await timers.advance(10);
      controller.abort();
      const { combined } = await looking;
      expect(combined.health).toBe('unknown');
      expect(timers.pending).toBe(0);
    },
  );
});

describe('the registry', () => {
  const options: PollUrlOptions = {
    poll_url: 'http://{nodename}/',
    poll_url_ssl_verify: true,
    poll_url_healthy_response: '',
    poll_url_retry_limit: 3,
    poll_url_retry_interval: 20,
    poll_url_conn_error_as_unhealthy: true,
  };

  test('makes the detectors of a policy', async () => {
    const [status, url] = createDetectors(
      [{ type: 'NODE_STATUS_POLLING' }, { type: 'NODE_STATUS_POLL_URL', options }],
      tools,
    );
    const looked = {
      node: target.node,
      profile: { probe: () => Promise.resolve(bad), endpoint: () => ({}) },
    };
    expect(await status?.probe(looked, new AbortController().signal)).toBe(bad);
    expect(url).toMatchObject({
      name: 'NODE_STATUS_POLL_URL',
      attempts: 4,
      retryIntervalMs: 20_000,
      timeoutMs: 2000,
    });
    const [own] = createDetectors(
      [{ type: 'NODE_STATUS_POLL_URL', options: { ...options, poll_url_timeout: 0.5 } }],
      tools,
    );
    expect(own).toMatchObject({ timeoutMs: 500 });
    expect(withoutRetries(url === undefined ? [] : [url])).toMatchObject([{ attempts: 1, timeoutMs: 2000 }]);
  });

  test('tells two of a kind apart by their place', () => {
    const twice = createDetectors(
      [
        { type: 'NODE_STATUS_POLL_URL', options },
        { type: 'NODE_STATUS_POLLING' },
        { type: 'NODE_STATUS_POLL_URL', options },
      ],
      tools,
    );
    expect(twice.map((one) => one.name)).toEqual([
      'NODE_STATUS_POLL_URL[0]',
      'NODE_STATUS_POLLING',
      'NODE_STATUS_POLL_URL[2]',
    ]);
  });

  test('makes detectors of hosts and pool members, which share requests wherever they probe', async () => {
    const detectors = createDetectors(
      [{ type: 'HYPERVISOR_STATUS_POLLING' }, { type: 'LB_STATUS_POLLING', options: { pool: 'p1' } }],
      tools,
    );
    const reasons: string[] = [];
    const answer = (reason: string): Promise<Verdict> => {
      reasons.push(reason);
      return Promise.resolve(bad);
    };
    const sharedProbes: SharedProbes = {
      groupOf: () => 'all',
      expectMore: () => () => {},
      status: () => answer('status'),
      host: () => answer('host'),
      poolMember: (_node, { pool }) => answer(`member of ${pool}`),
    };
    const profile = { probe: () => Promise.resolve(good), endpoint: () => ({}) };
    const { signal } = new AbortController();
    const probeAll = (of: ProbeTarget['profile']): Promise<Verdict[]> =>
      Promise.all(detectors.map((one) => one.probe({ node: target.node, profile: of }, signal)));
    expect(await probeAll({ ...profile, sharedProbes })).toEqual([bad, bad]);
    expect(reasons).toEqual(['host', 'member of p1']);
    expect(detectors.map(({ sharesRequests }) => sharesRequests)).toEqual([true, true]);
    expect(await probeAll(profile)).toMatchObject([
      {
        health: 'unknown',
        reason: 'nodes of this profile cannot be probed by HYPERVISOR_STATUS_POLLING',
      },
      { health: 'unknown' },
    ]);
  });
});

describe('a node that does not exist', () => {
  const signal = new AbortController().signal;
  const modes = [
    { type: 'NODE_STATUS_POLL_URL', options: { poll_url: 'http://{address}:{port}/' } as PollUrlOptions },
    { type: 'NODE_STATUS_POLLING' },
  ] as const;

  function missing(seen: Verdict, physicalId: string | null = null): ProbeTarget {
    const profile = { probe: () => Promise.resolve(seen), endpoint: () => ({}) };
    return { node: { id: 'n', physicalId } as ProbeTarget['node'], profile };
  }

  test.each(['ANY_FAILED', 'ALL_FAILED'] as const)(
    'is unhealthy for every mode under %s, for the reason that the profile type knows',
    async (conditional) => {
      const { verdicts, combined } = await probeNode(
        missing({ health: 'unhealthy', failure: 'PROCESS_EXITED', reason: 'process 7 has ended' }),
        createDetectors(modes, tools),
        conditional,
        { signal },
      );
      expect(combined).toMatchObject({ failure: 'NOT_CREATED', reason: 'process 7 has ended' });
      expect(verdicts.map(({ verdict }) => verdict.health)).toEqual(['unhealthy', 'unhealthy']);
    },
  );

  test.each([[null], ['']])(
    'is unhealthy also where the profile type cannot see, or sees something else: %j',
    async (physicalId) => {
      for (const seen of [blind, good]) {
        const target = missing(seen, physicalId);
        const { combined } = await probeNode(target, createDetectors(modes, tools), 'ANY_FAILED', { signal });
        expect(combined).toMatchObject({
          failure: 'NOT_CREATED',
          reason: expect.stringContaining('its creation failed'),
        });
      }
    },
  );
});
