/**
 * What follows when an operator cancels a recovery, in sentences: how what runs ends, what stays as it is,
 * and when the node is recovered again. Pure.
 */
import { duration } from '../domain/duration.ts';
import type { ExplainedStep } from './explained-cluster.ts';

export interface CancelledRecovery {
  /** The node, as a command names it. */
  readonly node: string;
  /** null: it was held, and is closed. */
  readonly begun: {
    /** The step that runs; null: it is between two of them. */
    readonly step: ExplainedStep | null;
    /** What has succeeded before it, by its label. */
    readonly done: readonly string[];
  } | null;
  readonly next: AfterCancel;
}

export type AfterCancel =
  /** If it is failed then. */
  | { readonly kind: 'recovered'; readonly afterMs: number }
  | { readonly kind: 'excluded' }
  /** In a clause: nothing is recovered, and how that ends. */
  | { readonly kind: 'left'; readonly because: string };

export function afterCancel({ node, begun, next }: CancelledRecovery): string[] {
  return [
    ...(begun === null ? ['nothing had begun: nothing is undone, and nothing is left'] : endOf(begun)),
    nextInWords(node, next, begun === null),
  ];
}

function endOf({ step, done }: NonNullable<CancelledRecovery['begun']>): string[] {
  const ending = step === null ? [] : [endOfStep(step)];
  return done.length === 0 ? ending : [...ending, `${done.join(', ')}: done, and not undone`];
}

function endOfStep({ label, purpose, action }: ExplainedStep): string {
  switch (purpose) {
    case 'before':
    case 'after':
    case 'on_success':
    case 'on_exhausted': {
      const notRun = purpose === 'before' && action !== null ? `; ${action.label} is not run` : '';
      return `${label} is cancelled, and its end awaited; what its tasks have done is not undone${notRun}`;
    }
    case 'verification':
      return `the ${label} ends; what it was to verify is done, and not undone`;
    case 'action':
      return label.startsWith('WORKFLOW')
        ? `${label} is cancelled, and its end awaited; what its tasks have done is not undone`
        : `what ${label} has begun is brought to an end, and not undone`;
  }
}

function nextInWords(node: string, next: AfterCancel, isClosed: boolean): string {
  switch (next.kind) {
    case 'excluded':
      return `${node} is excluded: no recovery begins before coppice node include ${node}`;
    case 'left':
      return `no recovery of ${node} begins: ${next.because}`;
    case 'recovered': {
      const when = `${duration(next.afterMs)} from ${isClosed ? 'now' : 'that end'}`;
      return `if ${node} is failed ${when}, its next recovery begins, from the start of the chain; coppice node exclude ${node} prevents that`;
    }
  }
}
