/**
 * The thread of `bounded-worker.ts`: evaluates, parses and runs what it is given, and says how that ended.
 */
import { parentPort } from 'node:worker_threads';
import type { Json } from '../../src/domain/json.ts';
import {
  compileTemplate,
  evaluateTemplate,
  ExpressionEvaluationError,
  ExpressionSyntaxError,
} from '../../src/workflow/expressions.ts';
import { RefusedRequest } from '../../src/workflow/language/conductor/fault.ts';
import { parseWorkflows } from '../../src/workflow/language/definition/parse-definition.ts';
import { DefinitionError } from '../../src/workflow/language/definition/problem.ts';
import { VirtualRunner } from './mistral-corpus-runner.ts';

export type HostileJob =
  | { readonly kind: 'expression'; readonly value: Json; readonly variables: Json }
  | { readonly kind: 'definition'; readonly text: string }
  /** Runs the first workflow of a definition, each input being 2. */
  | { readonly kind: 'run'; readonly text: string }
  /** What it is here for, to see that it is noticed. */
  | { readonly kind: 'memory-bomb' }
  | { readonly kind: 'hang' };

export type HostileOutcome =
  | { readonly kind: 'value' }
  /** `ended`: the state of the execution, and why. */
  | { readonly kind: 'syntax' | 'evaluation' | 'refused' | 'ended'; readonly message: string }
  /** An error that is unexpected. */
  | { readonly kind: 'failed'; readonly message: string };

function carryOut(job: HostileJob): HostileOutcome {
  switch (job.kind) {
    case 'expression':
      return evaluate(job.value, job.variables);
    case 'definition':
      parseWorkflows(job.text);
      return { kind: 'value' };
    case 'run':
      return run(job.text);
    case 'memory-bomb': {
      const kept: object[] = [];
      for (;;) kept.push(Array.from({ length: 1000 }, (_, index) => ({ index })));
    }
    case 'hang':
      for (;;);
  }
}

/** It is written as JSON, as every result is, and must hold nothing of the process. */
function evaluate(value: Json, variables: Json): HostileOutcome {
  const result = evaluateTemplate(compileTemplate(value), { variables, now: '2024-01-01T00:00:00Z' });
  const isLeak = JSON.stringify(result).includes('[native code]');
  return isLeak ? { kind: 'failed', message: 'a function of the process' } : { kind: 'value' };
}

const mostSteps = 300;

function run(text: string): HostileOutcome {
  const runner = new VirtualRunner();
  const [workflow] = runner.define(text);
  if (workflow === undefined) return { kind: 'ended', message: 'no workflow' };
  const input = Object.fromEntries(workflow.inputs.map(({ name }) => [name, 2]));
  const id = runner.start(workflow.fullName, input);
  for (let step = 0; step < mostSteps && runner.advance(runner.now + 60_000); step += 1);
  const { state, stateInfo } = JSON.parse(JSON.stringify(runner.record(id))) as {
    state: string;
    stateInfo: string | null;
  };
  return { kind: 'ended', message: `${state} ${stateInfo ?? ''}` };
}

function outcomeOf(job: HostileJob): HostileOutcome {
  try {
    return carryOut(job);
  } catch (error) {
    if (error instanceof ExpressionSyntaxError) return { kind: 'syntax', message: error.message };
    if (error instanceof ExpressionEvaluationError) return { kind: 'evaluation', message: error.message };
    if (error instanceof DefinitionError) return refusedWith(error);
    if (error instanceof RefusedRequest) return { kind: 'refused', message: error.message };
    return {
      kind: 'failed',
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

function refusedWith(error: DefinitionError): HostileOutcome {
  const unclear = error.problems.length === 0 || error.problems.some(({ message }) => message === '');
  return unclear
    ? { kind: 'failed', message: 'refused without a reason' }
    : { kind: 'refused', message: error.message };
}

parentPort?.on('message', (job: HostileJob) => parentPort?.postMessage(outcomeOf(job), []));
