/** A recovery as a short text: one line for a decision. */
import type { ChainPlan } from '../../src/recovery/plan-chain.ts';
import type { StepPlan, TimedDecision } from '../../src/recovery/chain.ts';

/**
 * `0 probe`, `0 run REBOOT #1`, `500 verify`, ...: milliseconds since the start, what, and how it ended;
 * without the confirmation.
 */
export function traceOf(plan: ChainPlan): string[] {
  const start = plan.decisions[0]?.at ?? 0;
  const listed = plan.decisions.filter(({ decision }) => decision.kind !== 'confirm');
  return listed.map((each) => `${each.at - start} ${inShort(each)}`);
}

/**
 * Without times, waits, the confirmation and the begin of a verification, for tests to which they do not
 * matter.
 */
export function outlineOf(plan: ChainPlan): string[] {
  return plan.decisions
    .filter(({ decision }) => !['wait', 'confirm', 'begin-verification'].includes(decision.kind))
    .map(inShort);
}

function inShort({ decision }: TimedDecision): string {
  switch (decision.kind) {
    case 'run':
    case 'skip':
      return `${decision.kind} ${nameOf(decision.step)}`;
    case 'finish':
      return `finish ${nameOf(decision.step)} ${decision.state}`;
    case 'verify':
      return decision.step === null ? 'verify the chain' : 'verify';
    case 'begin-verification':
      return decision.kind;
    case 'end-verification':
      return `${decision.kind} ${decision.state}`;
    case 'replace':
      return `replace, keep ${decision.keep}`;
    case 'settle':
    case 'close':
      return `${decision.kind} ${decision.state}`;
    case 'wait':
    case 'probe':
    case 'pass':
    case 'confirm':
    case 'release':
    case 'stop':
      return decision.kind;
  }
}

function nameOf({ name, params, attempt, purpose }: StepPlan): string {
  const workflow = params['workflow_name'];
  const what = typeof workflow === 'string' ? workflow : name;
  return `${purpose === 'action' ? '' : `${purpose} `}${what} #${attempt}`;
}
