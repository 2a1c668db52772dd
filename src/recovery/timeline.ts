/**
 * The decisions as operators read them: every one with its reason, but not every probe of a verification,
 * only those that saw something else than the one before. The timeline of a longer history begins with that
 * of a shorter one.
 */
import type { Decision, TimedDecision } from './chain.ts';
import { stepLabel, verificationLabel } from './describe.ts';

export interface TimelineEntry {
  readonly at: number;
  /** One word: probe, confirm, run, verify, finish, settle, close, ... */
  readonly decision: string;
  readonly reason: string;
}

export function timelineOf(decisions: readonly TimedDecision[]): TimelineEntry[] {
  const entries: TimelineEntry[] = [];
  let seenSince = new Set<string>();
  for (const { at, decision } of decisions) {
    if (startsAfresh.includes(decision.kind)) seenSince = new Set();
    // Its row says when it began and until when it runs; the first probe follows at once.
    if (decision.kind === 'begin-verification') continue;
    const reason = inWords(decision);
    const isProbe = decision.kind === 'verify' || (decision.kind === 'wait' && decision.before === 'probe');
    if (isProbe && seenSince.has(reason)) continue;
    seenSince.add(reason);
    entries.push({ at, decision: decision.kind, reason });
  }
  return entries;
}

/** What is seen after one of these is worth a line again. */
const startsAfresh: readonly Decision['kind'][] = ['run', 'finish', 'end-verification'];

function inWords(decision: Exclude<Decision, { kind: 'begin-verification' }>): string {
  switch (decision.kind) {
    case 'finish':
      return `${stepLabel(decision.step)}: ${decision.state}, ${decision.reason}`;
    case 'end-verification':
      return `${verificationLabel(decision.step)}: ${decision.state}, ${decision.reason}`;
    case 'skip':
      return `${stepLabel(decision.step)}: ${decision.reason}`;
    case 'settle':
      return `${decision.state}: ${decision.reason}`;
    case 'close':
      return closeInWords(decision);
    case 'probe':
    case 'pass':
    case 'confirm':
    case 'run':
    case 'verify':
    case 'replace':
    case 'wait':
    case 'release':
    case 'stop':
      return decision.reason;
  }
}

function closeInWords({ state, reason, next }: Extract<Decision, { kind: 'close' }>): string {
  if (next === null) return `${state}: ${reason}`;
  const why = next.reason === reason ? '' : ` (${next.reason})`;
  const what = next.kind === 'quarantine' ? `quarantined until an operator releases it${why}` : next.reason;
  return `${state}: ${reason}; ${what}`;
}
