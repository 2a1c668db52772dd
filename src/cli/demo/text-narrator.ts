/**
 * The demo as text: a line for what happened, and on a terminal one more that moves, for what is happening.
 */
import wrapAnsi from 'wrap-ansi';
import { styleFor } from '../rendering/style.ts';
import type { Style } from '../rendering/style.ts';
import { printable } from '../rendering/printable.ts';
import { cutTo, padTo } from '../rendering/table.ts';
import type { Terminal } from '../rendering/terminal.ts';
import { duration } from '../../domain/duration.ts';
import { closingText } from './closing-text.ts';
import type { StoryText } from './closing-text.ts';
import { FailureGroup } from './failure-group.ts';
import type { DemoEvent, Narrator } from './narrator.ts';

const redrawMs = 100;
/** `verification of RECREATE` */
const titleWidth = 24;
/** Behind the time of an event. */
const detailsBegin = 10;

export function textNarrator(terminal: Terminal, story: StoryText): Narrator {
  const style = styleFor(terminal.colours);
  const moving = movingLine(terminal, style);
  let group: FailureGroup | undefined;
  terminal.write(`\n  ${style('strong', 'Coppice demo')}: ${story.headline}\n\n`);
  return {
    narrate(event, atMs) {
      if (event.event === 'failure') group = FailureGroup.of(event);
      const told = group?.add(event, style);
      if (event.event === 'step' && event.state === 'RUNNING') {
        moving.show(group?.progress ?? event.step, atMs);
        return;
      }
      const lines = told === undefined ? linesOf(event, atMs, style) : timed(told, atMs, style);
      if (lines === '') return;
      moving.clear();
      terminal.write(fitted(event, lines, widthOf(terminal)));
      if (event.event === 'failure') moving.show('waiting for Coppice to see it', atMs);
      else if (group?.progress !== undefined) moving.show(group.progress, atMs);
    },
    end(summary, kept, _atMs) {
      moving.stop();
      terminal.write(closingText({ summary, kept, story }, style, { columns: widthOf(terminal) }));
    },
  };
}

/** Some terminals begin a new line behind a full one, before the line ends. */
function widthOf(terminal: Terminal): number {
  return terminal.size().columns - 1;
}

/**
 * Where it can be looked up is whole, to be copied; everything else is wrapped behind the time of the event.
 * A word that the terminal would break is easier to read when it is cut.
 */
function fitted({ event }: DemoEvent, lines: string, columns: number): string {
  if (event === 'evidence') return lines;
  const hang = `\n${' '.repeat(detailsBegin)}`;
  return lines
    .split('\n')
    .map((line) => wrapAnsi(line, columns - detailsBegin, { trim: false }).replaceAll(/\n *(?=.)/g, hang))
    .flatMap((line) => line.split('\n'))
    .map((line) => cutTo(line, columns))
    .join('\n');
}

function linesOf(event: DemoEvent, atMs: number, style: Style): string {
  const at = style('quiet', clock(atMs));
  switch (event.event) {
    case 'starting':
      return `${at}  starting Coppice, with its data in ${event.workspace}\n`;
    case 'server_ready':
      return `${at}  Coppice is ready at ${event.url}\n`;
    case 'cluster_ready':
      return `${at}  cluster ${event.cluster} is up: ${event.nodes.join(' ')}, seen every second\n`;
    case 'failure':
      return `\n  ${style('quiet', `${event.number} of ${event.of}`)}  ${style('strong', `${event.failure}: ${event.target}`)}, ${event.what}\n`;
    case 'detected':
      return `${at}  ${style('bad', event.class)}  ${printable(firstPart(event.reason))}\n`;
    case 'decision':
      return event.decision === 'confirm'
        ? `${at}    ${style('quiet', '· still so at a second probe: the recovery begins')}\n`
        : '';
    case 'step':
      return `${at}    ${stepLine(event, style)}\n`;
    case 'server_killed':
      return `${at}  ${style('bad', `Coppice is killed`)} (process ${event.pid}) in the middle of ${event.during}\n`;
    case 'server_restarted':
      return `${at}  Coppice is back after ${duration(event.took_ms)}, and continues where it was\n`;
    case 'closed':
      return `${at}  ${style(event.state === 'EXHAUSTED' ? 'bad' : 'good', `${event.node} ${closedText(event.state)}`)} ${duration(event.after_ms)} after the failure\n`;
    case 'unknown':
      return `${at}  ${style('busy', 'UNKNOWN')}  all ${event.nodes.length} nodes: ${printable(event.reason)}\n`;
    case 'observed':
      return `${at}  ${event.is_proof ? style('good', `✔ ${event.what}`) : printable(event.what)}\n`;
    case 'problem':
      return `${at}  ${style('bad', 'problem')}  ${printable(event.message)}\n`;
    case 'evidence':
      return [
        '',
        '  Kept, so that it can be looked up',
        `    ${event.server_log}   the log of Coppice`,
        `    ${event.data_directory}   its database, and the logs of local servers`,
        ...event.others.map(({ path, what }) => `    ${path}   ${what}`),
        `    npx coppice serve --data-dir ${event.data_directory}   to ask it: recovery list, events`,
        `    npx coppice demo --end ${event.workspace}   to remove all of it`,
        '',
      ].join('\n');
  }
}

/** Each on a line of its own, with the time of the event. */
function timed(told: readonly string[], atMs: number, style: Style): string {
  return told.map((line) => `${style('quiet', clock(atMs))}  ${line}\n`).join('');
}

function closedText(state: string): string {
  if (state === 'RECOVERED') return 'is healthy again,';
  return state === 'SELF_HEALED' ? 'recovered without Coppice,' : `was given up (${state}),`;
}

function stepLine(step: Extract<DemoEvent, { event: 'step' }>, style: Style): string {
  const took = step.took_ms === null ? '' : duration(step.took_ms);
  const title = padTo(step.step, titleWidth);
  if (step.state === 'SUCCEEDED')
    return `${style('good', '✔')} ${title} ${style('quiet', `${padTo(took, 7)} ${why(step)}`.trimEnd())}`;
  if (step.state === 'SKIPPED') return style('quiet', `○ ${title} ${printable(step.reason)}`);
  return `${style('bad', '✘')} ${title} ${style('quiet', padTo(took, 7))} ${printable(step.reason)}`;
}

/** What a workflow did is its own matter; that a node is healthy again was verified. */
function why({ step, reason }: Extract<DemoEvent, { event: 'step' }>): string {
  return step.startsWith('WORKFLOW') ? '' : printable(reason);
}

/** Each detector has a reason; the first is enough here. */
function firstPart(reason: string): string {
  return reason.split('; ')[0] ?? reason;
}

/** `  12.3 s`, since the demo began. */
function clock(atMs: number): string {
  return `${(atMs / 1000).toFixed(1).padStart(6)} s`;
}

interface MovingLine {
  show(what: string, atMs: number): void;
  clear(): void;
  stop(): void;
}

/** Without a terminal there is nothing to move. */
function movingLine(terminal: Terminal, style: Style): MovingLine {
  if (!terminal.isInteractive)
    return { show: () => undefined, clear: () => undefined, stop: () => undefined };
  let current: { readonly what: string; readonly atMs: number; readonly since: number } | undefined;
  const draw = (): void => {
    if (current === undefined) return;
    const passed = performance.now() - current.since;
    const at = style('quiet', clock(current.atMs + passed));
    terminal.write(
      `\r\u{1B}[K${at}    ${style('busy', `▶ ${padTo(current.what, titleWidth)}`)} ${style('quiet', duration(passed))}`,
    );
  };
  const timer = setInterval(draw, redrawMs);
  timer.unref();
  const clear = (): void => {
    if (current !== undefined) terminal.write('\r\u{1B}[K');
    current = undefined;
  };
  return {
    show(what, atMs) {
      clear();
      current = { what, atMs, since: performance.now() };
      draw();
    },
    clear,
    stop() {
      clear();
      clearInterval(timer);
    },
  };
}
