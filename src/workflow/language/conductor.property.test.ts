import fc from 'fast-check';
import { cases } from '../../../test/support/soak.ts';
import { describe, expect, it } from 'vitest';
import {
  definitionOf,
  modelOf,
  type Outcome,
  type PlannedEdge,
  type PlannedTask,
  plans,
} from '../../../test/support/mistral-corpus-generator.ts';
import { type OutcomeOverride, VirtualRunner } from '../../../test/support/mistral-corpus-runner.ts';

const pretend: OutcomeOverride = (action, { succeeds, delay }) =>
  action === 'std.test_dict'
    ? { afterMs: Number(delay) * 1000, state: succeeds === true ? 'SUCCESS' : 'ERROR', result: null }
    : undefined;

function runnerFor(plan: readonly PlannedTask[]): VirtualRunner {
  const runner = new VirtualRunner(pretend, { forgetful: true });
  runner.define(definitionOf(plan));
  return runner;
}

function outcomeOf(runner: VirtualRunner, id: string): Outcome {
  const { state, output } = runner.record(id);
  return {
    state: state === 'SUCCESS' ? 'SUCCESS' : 'ERROR',
    tasks: Object.fromEntries(runner.tasks(id).map((task) => [task.name, task.state])),
    variables: Object.keys(output)
      .filter((name) => /^v\d/.test(name))
      .toSorted(),
  };
}

function startsOf(runner: VirtualRunner): number {
  return runner.steps.flatMap(({ step }) => step.commands).filter(({ type }) => type === 'run-action').length;
}

describe('any workflow without cycles', () => {
  it('ends as the plain model says, whatever the times, and dies and comes back after each step without a difference', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const runner = runnerFor(plan);
        const id = runner.start('w');
        runner.waitForEnd(id);
        runner.sleep(1000);
        expect(outcomeOf(runner, id)).toEqual(modelOf(plan));
        expect(new Set(runner.tasks(id).map(({ name }) => name)).size).toBe(runner.tasks(id).length);
      }),
      cases(400),
    );
  });

  it('ends the same when it is paused and resumed at any time', () => {
    fc.assert(
      fc.property(
        plans,
        fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 4 }),
        (plan, times) => {
          const runner = runnerFor(plan);
          const id = runner.start('w');
          for (const seconds of times) {
            runner.sleep(seconds);
            runner.sendEvent(id, { type: 'pause' });
            runner.sleep(seconds + 3);
            runner.sendEvent(id, { type: 'resume' });
          }
          runner.waitForEnd(id);
          expect(outcomeOf(runner, id)).toEqual(modelOf(plan));
        },
      ),
      cases(300),
    );
  });

  it('ends at once when it is stopped at any time, and starts nothing afterwards', () => {
    fc.assert(
      fc.property(
        plans,
        fc.integer({ min: 0, max: 12 }),
        fc.constantFrom('ERROR' as const, 'CANCELLED' as const),
        (plan, seconds, state) => {
          const runner = runnerFor(plan);
          const id = runner.start('w');
          runner.sleep(seconds);
          const before = runner.record(id).state;
          runner.sendEvent(id, { type: 'stop', state, stateInfo: 'enough' });
          const started = startsOf(runner);
          runner.sleep(1000);
          expect(runner.record(id).state).toBe(before === 'RUNNING' ? state : before);
          expect(startsOf(runner)).toBe(started);
        },
      ),
      cases(200),
    );
  });

  it('gives the same output wherever branches conflict, whatever the times', () => {
    fc.assert(
      fc.property(
        plans,
        fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 9, maxLength: 9 }),
        (plan, delays) => {
          const good = plan.map((task) => ({
            ...task,
            succeeds: true,
            join: 'all' as const,
            edges: task.edges.map(opened),
          }));
          const other = good.map((task, index) => ({ ...task, delay: delays[index] ?? 0 }));
          expect(runnerFor(other).run('w').output).toEqual(runnerFor(good).run('w').output);
        },
      ),
      cases(300),
    );
  });
});

function opened(edge: PlannedEdge): PlannedEdge {
  return { ...edge, isOpen: true, clause: edge.clause === 'on-error' ? 'on-success' : edge.clause };
}
