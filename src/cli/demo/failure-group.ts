/**
 * Several nodes that fail at once, as text: what all of them have in common is said once, and each has one
 * line when its recovery is over.
 */
import { duration } from '../../domain/duration.ts';
import type { Style } from '../rendering/style.ts';
import { printable } from '../rendering/printable.ts';
import { padTo } from '../rendering/table.ts';
import type { DemoEvent } from './narrator.ts';

type Of<E extends DemoEvent['event']> = Extract<DemoEvent, { readonly event: E }>;

export class FailureGroup {
  readonly #nodes: readonly string[];
  readonly #detected = new Map<string, Of<'detected'>>();
  readonly #steps = new Map<string, Of<'step'>[]>();
  readonly #closed = new Set<string>();
  /** null: it was told. */
  #hold: string | undefined | null;

  private constructor(nodes: readonly string[]) {
    this.#nodes = nodes;
  }

  /** undefined: it hits one node, or none, and each event is a line of its own. */
  static of({ nodes }: Of<'failure'>): FailureGroup | undefined {
    return nodes.length > 1 ? new FailureGroup(nodes) : undefined;
  }

  /** What is under way; undefined: nothing any more. */
  get progress(): string | undefined {
    if (this.#closed.size === this.#nodes.length) return undefined;
    const what = this.#detected.size < this.#nodes.length ? 'waiting for Coppice to see it' : 'recovering';
    return `${what}: ${this.#closed.size} of ${this.#nodes.length} are healthy again`;
  }

  /** @returns lines, none where it has none yet; undefined: the event is not of one of these nodes. */
  add(event: DemoEvent, style: Style): readonly string[] | undefined {
    if (!('node' in event) || !this.#nodes.includes(event.node)) return undefined;
    switch (event.event) {
      case 'detected':
        return this.#addDetected(event, style);
      case 'decision':
        return this.#addDecision(event, style);
      case 'step':
        return this.#addStep(event, style);
      case 'closed':
        this.#closed.add(event.node);
        return [this.#closedLine(event, style)];
    }
  }

  #addDetected(event: Of<'detected'>, style: Style): string[] {
    this.#detected.set(event.node, event);
    if (this.#detected.size < this.#nodes.length) return [];
    const classes = Map.groupBy(this.#detected.values(), (each) => each.class);
    const detected = [...classes].map(([failure, all]) => {
      const names = this.#nodes.filter((name) => all.some(({ node }) => node === name)).join(' ');
      return `${style('bad', failure)}  ${names}: ${printable(event.reason.split('; ')[0] ?? '')}`;
    });
    return [...detected, ...this.#tellHold(style)];
  }

  /** That some have to wait is worth a line, once all are known to have failed; each start is not. */
  #addDecision({ decision, reason }: Of<'decision'>, style: Style): string[] {
    if (decision !== 'hold' || this.#hold === null) return [];
    this.#hold ??= reason;
    return this.#detected.size < this.#nodes.length ? [] : this.#tellHold(style);
  }

  #tellHold(style: Style): string[] {
    const reason = this.#hold;
    if (reason === undefined || reason === null) return [];
    this.#hold = null;
    return [`  ${style('quiet', `· ${printable(reason)}`)}`];
  }

  #addStep(step: Of<'step'>, style: Style): string[] {
    if (step.state === 'RUNNING' || step.state === 'SKIPPED') return [];
    this.#steps.set(step.node, [...(this.#steps.get(step.node) ?? []), step]);
    if (step.state === 'SUCCEEDED') return [];
    return [`  ${style('bad', '✘')} ${step.node}  ${step.step}  ${printable(step.reason)}`];
  }

  #closedLine({ node, state, after_ms: after }: Of<'closed'>, style: Style): string {
    const isHealthy = state === 'RECOVERED' || state === 'SELF_HEALED';
    const width = Math.max(...this.#nodes.map((name) => name.length));
    const steps = (this.#steps.get(node) ?? [])
      .filter((step) => step.state === 'SUCCEEDED' && !step.step.startsWith('verification'))
      .map(({ step, took_ms: took }) => {
        const what = step.replace(/^WORKFLOW /, '');
        return took === null ? what : `${what} ${style('quiet', duration(took))}`;
      });
    const end = isHealthy ? `healthy again after ${duration(after)}` : `given up (${state})`;
    const tone = isHealthy ? 'good' : 'bad';
    const what = steps.length === 0 ? '' : `${steps.join(', ')}; `;
    return `  ${style(tone, `${isHealthy ? '✔' : '✘'} ${padTo(node, width)}`)}  ${what}${style(tone, end)}`;
  }
}
