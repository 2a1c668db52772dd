/**
 * The end of the demo as text: a table of what happened, whether all is healthy, and where to go from here.
 */
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { styleFor } from '../rendering/style.ts';
import { wrapHelp } from '../rendering/wrap-help.ts';
import type { Style } from '../rendering/style.ts';
import { renderTable } from '../rendering/table.ts';
import type { Cell } from '../rendering/table.ts';
import { duration } from '../../domain/duration.ts';
import type { Kept } from './narrator.ts';
import { packageRoot } from '../../package-root.ts';
import type { Story } from './story.ts';
import type { DemoRecoverySummary, Summary } from './summary.ts';

/** What of a story is named when it is told as text. */
export type StoryText = Pick<Story, 'headline' | 'command' | 'readMore'>;

export function closingText(
  { summary, kept, story }: { summary: Summary; kept: Kept | undefined; story: StoryText },
  style: Style,
  { columns }: { readonly columns: number },
): string {
  const table =
    summary.recoveries.length === 0 ? '' : indented(recoveryTable(summary.recoveries, style, columns - 2));
  const further = kept === undefined ? whereToLook(story) : nextCommands(kept);
  return `\n${table}\n${verdict(summary, style, columns)}\n${summary.ok ? `\n${wrapHelp(further, columns)}\n` : ''}`;
}

/** Steps that have no room beside each other continue below. */
function recoveryTable(recoveries: readonly DemoRecoverySummary[], style: Style, columns: number): string {
  const header = ['NODE', 'FAILURE', 'DETECTED AFTER', 'RECOVERED AFTER', 'STEPS'];
  const first = recoveries.map((recovery): Cell[] => [
    { text: recovery.node, tone: 'strong' },
    { text: recovery.failure },
    { text: time(recovery.detected_ms) },
    { text: time(recovery.recovered_ms), tone: recovery.recovered_ms === null ? 'bad' : 'good' },
  ]);
  const taken = stringWidth(
    (renderTable(header, first, styleFor(false)).split('\n')[0] ?? '').replace(/STEPS$/, ''),
  );
  const rows = recoveries.flatMap((recovery, at) =>
    linesOf(stepTexts(recovery), '  ', columns - taken).map((text, line): Cell[] => [
      ...(line === 0 ? (first[at] ?? []) : [{ text: '' }, { text: '' }, { text: '' }, { text: '' }]),
      { text },
    ]),
  );
  return renderTable(header, rows, style);
}

/** As many of them on a line as fit; one that does not fit on any is broken between its words. */
function linesOf(parts: readonly string[], gap: string, columns: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const longer = `${lines.at(-1) ?? ''}${gap}${part}`;
    if (lines.length > 0 && stringWidth(longer) <= columns) lines[lines.length - 1] = longer;
    else lines.push(part);
  }
  const fitting = lines.flatMap((line) => (columns < 1 ? [line] : wrapAnsi(line, columns).split('\n')));
  return fitting.length === 0 ? [''] : fitting;
}

function time(ms: number | null): string {
  return ms === null ? '-' : duration(ms);
}

const marks: Readonly<Record<string, string>> = { SUCCEEDED: '✔', FAILED: '✘' };

/** What was for another failure than this one is left out. */
function stepTexts({ steps }: DemoRecoverySummary): string[] {
  const done = steps.filter(({ state }) => state !== 'SKIPPED');
  return done.map((step) => `${step.name.replace('WORKFLOW ', '')} ${marks[step.state] ?? step.state}`);
}

/** The one problem that is not the demo's: the user pressed Ctrl-C. */
export const endedBySignal = 'ended by a signal';

function verdict(
  { ok, nodes, recoveries, proven, problems, took_ms: took }: Summary,
  style: Style,
  columns: number,
): string {
  if (problems.length === 1 && problems[0] === endedBySignal)
    return '  stopped before its end; nothing is left behind';
  if (!ok)
    return `  ${style('bad', '✘ not as it should be')}: ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`;
  const survived = recoveries.filter((recovery) => recovery.survived_crash).length;
  const recovered = `${nodes} of ${nodes} servers are healthy, ${recoveries.length} failures recovered (${survived} through a crash of Coppice), in ${duration(took)}`;
  return [recovered, ...proven]
    .map((text) => `  ${style('good', '✔')} ${wrapAnsi(text, columns - 4).replaceAll('\n', '\n    ')}`)
    .join('\n');
}

/**
 * Files are named from where the user stands; what this copy does not have (a package has no docs) is left
 * out.
 */
function whereToLook({ command, readMore }: StoryText): string {
  const files = readMore.filter((file) => existsSync(path.join(packageRoot, file.path)));
  const lines = [
    [`npx ${command} --keep`, 'leave it running, to try commands on it'],
    ...files.map((file) => [path.relative(process.cwd(), path.join(packageRoot, file.path)), file.what]),
  ];
  return `  Read more\n${inTwoColumns(lines)}`;
}

function nextCommands({ url, workspace, suggestions }: Kept): string {
  const lines = suggestions.map(({ command, what }) => [command, what]);
  return `  It is still running. Try
    export COPPICE_URL=${url}
${inTwoColumns(lines)}

  End it all with
    npx coppice demo --end ${workspace}`;
}

/** The widest that the first column gets: behind a longer text the second begins a line of its own. */
const widestFirst = 40;

function inTwoColumns(lines: readonly (readonly string[])[]): string {
  const widths = lines.map(([first = '']) => first.length);
  const width = Math.max(0, ...widths.filter((each) => each <= widestFirst));
  return lines
    .map(([first = '', what = '']) => {
      const gap = first.length <= width ? ' '.repeat(width - first.length) : `\n    ${' '.repeat(width)}`;
      return `    ${first}${gap}  ${what}`.trimEnd();
    })
    .join('\n');
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}
