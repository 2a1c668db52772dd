/** Generator primitives of the chain: how its parts request an act, wait and know the time. */
import type { Verdict } from '../domain/verdict.ts';
import type { Act, ChainEvent, ChainFacts, ChainNote, StepPlan, StepResult } from './chain.ts';
import type { Failure } from '../domain/health-record.ts';

/** A part of the chain that ends in a `T`. An act is answered by an event, a note by nothing. */
export type ChainProcedure<T> = Generator<Act | ChainNote, T, ChainEvent | undefined>;

/** `now` is the time of the last event: it moves only while an act is out. */
export interface Run {
  readonly facts: ChainFacts;
  readonly now: number;
  /** As it was last seen before anything was touched. */
  readonly failure: Failure;
  /** Hooks that failed and undo nothing: what they were for is not done. */
  readonly failedHooks: readonly string[];
  /** Why no host took the node, of the last item for which none did; null: of none. */
  readonly unplaced: string | null;
}

export function startRun(facts: ChainFacts): Run {
  return { facts, now: facts.startedAt, failure: facts.failure, failedHooks: [], unplaced: null };
}

export function addFailedHook(run: { failedHooks: readonly string[] }, sentence: string): void {
  run.failedHooks = [...run.failedHooks, sentence];
}

/** `REBOOT: verified ...; but after hook failed: WORKFLOW attach: ...` */
export function withFailedHooks(reason: string, { failedHooks }: Run): string {
  return failedHooks.length === 0 ? reason : `${reason}; but ${failedHooks.join('; ')}`;
}

/** A clock that was set back does not set the chain back. */
export function passTime(run: { now: number }, at: number): void {
  run.now = Math.max(run.now, at);
}

/** What the node has now is what the recovery is for; it may have been held for long. */
export function seeFailure(run: { failure: Failure }, failure: Failure): void {
  run.failure = failure;
}

export function seeUnplaced(run: { unplaced: string | null }, reason: string): void {
  run.unplaced = reason;
}

export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

export function cannotFollow(why: string): Error {
  return new Error(`this history does not belong to this recovery: ${why}`);
}

export function* runProbe(act: Extract<Act, { kind: 'probe' | 'verify' }>): ChainProcedure<Verdict> {
  return (yield* ask(act, 'probed')).verdict;
}

type Wait = Extract<Act, { kind: 'wait' }>;

export function* awaitTime(
  run: Run,
  until: number,
  before: Wait['before'],
  reason: string,
): ChainProcedure<void> {
  if (until > run.now) yield* ask({ kind: 'wait', until, before, reason }, 'waited');
}

export function* carryOut(step: StepPlan, reason: string): ChainProcedure<StepResult> {
  return (yield* ask({ kind: 'run', step, reason }, 'ran')).result;
}

export type Replaced = Extract<ChainEvent, { kind: 'replaced' }>;

/**
 * Nothing interrupts it: half of it would leave two, or none.
 */
export function* endSurge(act: Extract<Act, { kind: 'replace' }>): ChainProcedure<Replaced> {
  const event = yield act;
  if (event?.kind !== 'replaced')
    throw cannotFollow(`${act.kind} was answered by ${event?.kind ?? 'nothing'}`);
  return event;
}

function* ask<K extends ChainEvent['kind']>(
  act: Act,
  kind: K,
): ChainProcedure<Extract<ChainEvent, { kind: K }>> {
  const event = yield act;
  if (event?.kind === 'cancelled') throw new Cancelled(event.reason);
  if (event?.kind !== kind) throw cannotFollow(`${act.kind} was answered by ${event?.kind ?? 'nothing'}`);
  return event as Extract<ChainEvent, { kind: K }>;
}
