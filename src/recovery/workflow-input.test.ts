import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../domain/json.ts';
import { executionId } from './execution-id.ts';
import { definitionIn, stepsSoFar, workflowInput } from './workflow-input.ts';
import type { HealingContext, WorkflowInput } from './workflow-input.ts';

const context: HealingContext = {
  cluster: { id: 'c1', name: 'web' },
  node: { id: 'n1', name: 'web-1', physical_id: 'p1' },
  failure: { class: 'HOST_DOWN', reason: 'host is down' },
  episode: { id: 'r1' },
  steps: { precheck: { state: 'SUCCEEDED', output: { target: 'host7' } } },
};

function given(inputs: JsonObject, declared: Record<string, 'required' | 'optional'>): WorkflowInput {
  const workflow = {
    id: 'w1',
    name: 'move',
    namespace: '',
    isOwn: true,
    inputs: Object.entries(declared).map(([name, how]) => ({ name, required: how === 'required' })),
  };
  return workflowInput({ workflow_name: 'move', inputs }, context, workflow, '2026-11-22T20:00:00Z');
}

describe('the input of a workflow', () => {
  test('is what the user gave, with expressions over what is known', () => {
    const inputs = {
      host: '<% $.steps.precheck.output.target %>',
      why: '{{ _.failure.class }} on {{ _.node.name }}',
      deep: [{ n: '<% $.cluster.name %>' }],
    };
    expect(given(inputs, { host: 'required', why: 'optional', deep: 'optional' })).toMatchObject({
      ok: true,
      input: { host: 'host7', why: 'HOST_DOWN on web-1', deep: [{ n: 'web' }] },
    });
  });

  test('has cluster_id and node_id only where the workflow asks for them and the user did not give them', () => {
    expect(given({}, { cluster_id: 'optional', node_id: 'required' })).toMatchObject({
      input: { cluster_id: 'c1', node_id: 'p1' },
    });
    expect(given({ node_id: 'mine' }, { node_id: 'required' })).toMatchObject({ input: { node_id: 'mine' } });
    expect(given({}, {})).toMatchObject({ ok: true, input: {} });
  });

  test('comes with the whole context as healing in the environment', () => {
    expect(given({}, {})).toMatchObject({ env: { healing: context } });
  });

  test.each<[string, JsonObject, Record<string, 'required' | 'optional'>, string]>([
    [
      'a missing input',
      {},
      { host: 'required', port: 'required' },
      'workflow move needs the input host, port, which nothing gives it',
    ],
    [
      'an input that it does not have',
      { hots: 1 },
      { host: 'optional' },
      'workflow move has no input hots: did you mean host?',
    ],
  ])('%s is found before anything starts', (_what, inputs, declared, reason) => {
    expect(given(inputs, declared)).toEqual({ ok: false, reason });
  });

  test('an expression without a value is found before anything starts', () => {
    const result = given({ host: '<% $.steps.nope.output.x %>' }, { host: 'required' });
    expect(result).toMatchObject({
      ok: false,
      reason: expect.stringContaining('the input expression') as unknown,
    });
  });

  test('a definition is not an input, unless the workflow has one of that name', () => {
    const definition = "version: '2.0'\nmove: {tasks: {a: {action: std.echo output=<% $.x %>}}}";
    expect(given({ definition }, {})).toMatchObject({ ok: true, input: {} });
    expect(given({ definition }, { definition: 'required' })).toMatchObject({
      ok: true,
      input: { definition },
    });
    expect(definitionIn({ inputs: { definition } })).toBe(definition);
    expect(definitionIn({})).toBeNull();
  });
});

test('steps are known by their last end', () => {
  const step = {
    item: 'precheck',
    name: 'WORKFLOW',
    purpose: 'action',
    params: {},
    timeoutMs: 1,
    replace: null,
  } as const;
  const finish = (attempt: number, state: 'FAILED' | 'SUCCEEDED', output: JsonObject | null) =>
    ({
      at: 1,
      decision: { kind: 'finish', step: { ...step, attempt }, state, output, reason: 'r' },
    }) as const;
  expect(stepsSoFar([finish(1, 'FAILED', null), finish(2, 'SUCCEEDED', { a: 1 })])).toEqual({
    precheck: { name: 'WORKFLOW', state: 'SUCCEEDED', attempt: 2, reason: 'r', output: { a: 1 } },
  });
});

describe('the id of an execution', () => {
  const sha1 = (bytes: Uint8Array): Uint8Array => createHash('sha1').update(bytes).digest();
  const step = { item: 'actions[0]', purpose: 'action', attempt: 1, turn: 0 } as const;

  test('is the same UUID for the same attempt, and another for any other', () => {
    const id = executionId('r1', step, sha1);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(executionId('r1', { ...step }, sha1)).toBe(id);
    const others = [
      executionId('r2', step, sha1),
      executionId('r1', { ...step, attempt: 2 }, sha1),
      executionId('r1', { ...step, item: 'actions[1]' }, sha1),
      executionId('r1', { ...step, turn: 1 }, sha1),
    ];
    expect(new Set([id, ...others]).size).toBe(5);
  });
});
