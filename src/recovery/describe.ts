/** Words for users: counts and steps, as they stand in reasons that an operator reads at 3 a.m. */
import { duration } from '../domain/duration.ts';
import type { Retain, Runnable } from '../domain/health-policy.ts';
import type { JsonObject } from '../domain/json.ts';

const ordinals = [
  'first',
  'second',
  'third',
  'fourth',
  'fifth',
  'sixth',
  'seventh',
  'eighth',
  'ninth',
  'tenth',
];

/** `third`, `23rd` */
export function ordinal(number: number): string {
  const word = ordinals[number - 1];
  if (word !== undefined) return word;
  const isTeen = number % 100 >= 11 && number % 100 <= 13;
  const ending = isTeen ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th');
  return `${number}${ending}`;
}

/** What a step says that was not verified, because the policy says so. */
export const notVerified = 'the operation succeeded; the policy does not verify';

/** The reason of an operation that succeeded, and whose verification follows. */
export const operationDone = 'done';

/** `stopped and kept for 24 h`: what RECREATE with `retain` does with the one that has failed. */
export function stoppedAndKept({ forMs }: Pick<Retain, 'forMs'>): string {
  return `stopped and kept for ${duration(forMs)}`;
}

/** Why attempts that are left are not made. */
export function withoutAttempts(
  { attempts }: Pick<Runnable, 'attempts'>,
  { attempt }: { readonly attempt: number },
  retryable: boolean,
): string {
  return retryable || attempt >= attempts ? '' : ' (no other attempt is made: it would fail alike)';
}

/** `probing again in 60 s` */
export function probingAgain(at: number, now: number): string {
  return `probing again in ${duration(at - now)}`;
}

/** `1 node`, `3 nodes` */
export function count(number: number, noun: string, many = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : many}`;
}

/** The `item` of the row that verifies a chain as a whole: no id that a policy gives has brackets. */
export const wholeChain = '(chain)';

/** `verification of REBOOT`; of a chain as a whole `verification of the chain`. */
export function verificationLabel(step: Parameters<typeof stepLabel>[0] | null): string {
  return `verification of ${step === null ? 'the chain' : stepLabel(step)}`;
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

/** More than these are counted. */
const mostNames = 5;

/** `web-1, web-2 and 7 more` */
export function namesOf(nodes: readonly { readonly name: string }[]): string {
  const named = nodes.slice(0, mostNames).map(({ name }) => name);
  const rest = nodes.length - named.length;
  return rest === 0 ? named.join(', ') : `${named.join(', ')} and ${rest} more`;
}

/** Process ids, ports, durations and ids of recoveries (8 digits of them) differ where the cause is one. */
export function withoutNumbers(text: string): string {
  return text.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\([0-9a-f]{8}\)|\d+(\.\d+)?/g, '');
}
