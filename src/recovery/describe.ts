/** Words for people: durations, counts and steps, as they stand in reasons that somebody reads at 3 a.m. */
import type { JsonObject } from '../domain/json.ts';

/** `90 s`, `15 min`, `2 h`, `3 d`; parts of a second below ten seconds. */
export function duration(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 1) return `${Math.round(seconds * 100) / 100} s`;
  if (seconds < 10) return `${Math.round(seconds * 10) / 10} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}

/** What a step says that was not verified, because the policy says so. */
export const notVerified = 'the operation succeeded; the policy does not verify';

/** `looking again in 60 s` */
export function probingAgain(at: number, now: number): string {
  return `looking again in ${duration(at - now)}`;
}

/** `1 node`, `3 nodes` */
export function count(number: number, noun: string, many = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : many}`;
}

/** `REBOOT`, `WORKFLOW drain (precheck)`: what it does, and the id that the user gave, if it says more. */
export function stepLabel(step: {
  readonly name: string;
  readonly item: string;
  readonly params: JsonObject;
}): string {
  const workflow = step.name === 'WORKFLOW' ? step.params['workflow_name'] : undefined;
  const what = typeof workflow === 'string' ? `${step.name} ${workflow}` : step.name;
  const isNamed = !step.item.includes('[') && step.item !== workflow;
  return isNamed ? `${what} (${step.item})` : what;
}
