/** The end of the demo for people: a table of what happened, whether all is well, and where to go from here. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Style } from '../style.ts';
import { renderTable } from '../table.ts';
import type { Cell } from '../table.ts';
import { duration } from '../time-text.ts';
import type { Kept } from './narrator.ts';
import { root } from './stage.ts';
import type { EpisodeSummary, Summary } from './summary.ts';

export function closingText(summary: Summary, kept: Kept | undefined, style: Style): string {
  const table = summary.episodes.length === 0 ? '' : indented(episodeTable(summary.episodes, style));
  const further = kept === undefined ? whereToLook() : howToGoOn(kept);
  return `\n${table}\n  ${verdict(summary, style)}\n${summary.ok ? `\n${further}\n` : ''}`;
}

function episodeTable(episodes: readonly EpisodeSummary[], style: Style): string {
  const header = ['NODE', 'FAILURE', 'DETECTED AFTER', 'RECOVERED AFTER', 'STEPS'];
  const rows = episodes.map((episode): Cell[] => [
    { text: episode.node, tone: 'strong' },
    { text: episode.failure },
    { text: time(episode.detected_ms) },
    { text: time(episode.recovered_ms), tone: episode.recovered_ms === null ? 'bad' : 'good' },
    { text: stepsText(episode) },
  ]);
  return renderTable(header, rows, style);
}

function time(ms: number | null): string {
  return ms === null ? '-' : `${(ms / 1000).toFixed(1)} s`;
}

const marks: Readonly<Record<string, string>> = { SUCCEEDED: '✔', FAILED: '✘', SKIPPED: '○' };

function stepsText({ steps }: EpisodeSummary): string {
  return steps
    .map((step) => `${step.name.replace('WORKFLOW ', '')} ${marks[step.state] ?? step.state}`)
    .join('  ');
}

/** The one problem that is not the demo's: somebody pressed Ctrl-C. */
export const endedBySignal = 'ended by a signal';

function verdict({ ok, nodes, episodes, problems, took_ms: took }: Summary, style: Style): string {
  if (problems.length === 1 && problems[0] === endedBySignal)
    return 'stopped before its end; nothing is left behind';
  if (!ok)
    return `${style('bad', '✘ not as it should be')}: ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`;
  const survived = episodes.filter((episode) => episode.survived_crash).length;
  const recovered = `${nodes} of ${nodes} servers are well, ${episodes.length} failures recovered (${survived} through a crash of Coppice), no step ran twice`;
  return `${style('good', '✔')} ${recovered}  ${style('quiet', duration(took))}`;
}

/** Files are named from where the person stands; what this copy does not have (a package has no docs) is left out. */
function whereToLook(): string {
  const files = [
    ['examples/demo/health-policy.yaml', 'the chain that you saw, as it is written'],
    ['examples/demo/workflows.yaml', 'the workflows in it'],
    ['docs/tour.md', 'one failure, followed through the code'],
  ] as const;
  const there = files.filter(([file]) => existsSync(path.join(root, file)));
  const lines = [
    ['npx coppice demo --keep', 'leave it running, and try the commands on it'],
    ...there.map(([file, what]) => [path.relative(process.cwd(), path.join(root, file)), what] as const),
  ] as const;
  const width = Math.max(...lines.map(([first]) => first.length));
  return [
    '  Where to look further',
    ...lines.map(([first, what]) => `    ${first.padEnd(width)}  ${what}`),
  ].join('\n');
}

function howToGoOn({ url, workspace, aNode }: Kept): string {
  return `  It is still running. Try
    export COPPICE_URL=${url}
    npx coppice watch web                 the cluster, live
    kill -9 ${String(aNode.pid).padEnd(29)} end ${aNode.name}, in another terminal, and watch
    npx coppice recovery list             every failure; recovery show ID draws one
    npx coppice node list

  End it all with
    npx coppice demo --end ${workspace}`;
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}
