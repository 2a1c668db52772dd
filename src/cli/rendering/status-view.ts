/**
 * All clusters, the worst first, each in one line: what is wrong, what is done, what is waited for and until
 * when, what an operator has to do. Where a terminal has no room for the line, its parts stand below each
 * other.
 */
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import type { Schemas } from '../../client/api-types.ts';
import { count } from '../../recovery/describe.ts';
import { explanationLines, type Voice } from './explanation.ts';
import { toneOf, type Tone } from './style.ts';
import { padTo, printable } from './table.ts';

type Cluster = Schemas['ClusterOverview'];
type Screen = Voice & { readonly columns: number };

const gap = '  ';
/** A column of text that is narrower than this is harder to read than a text that begins further left. */
const leastOfText = 40;
const narrowIndent = 4;

export function renderStatus(health: Schemas['HealthOverview'], screen: Screen): string {
  const { clusters, cloud, server_problem: problem, server_warning: warning } = health;
  const ofClusters = clusters.length === 0 ? 'There are no clusters.\n' : renderClusters(health, screen);
  const ofCloud = cloud === null ? '' : `${cloudLines(cloud, screen)}\n`;
  // Above all else: what is shown of clusters may be old, and nothing is done about any of them.
  const records = 'The server records nothing and recovers nothing until you act: ';
  const problemLines = problem === null ? '' : `${serverLines(records + problem, 'bad', screen)}\n`;
  const warningLines = warning === null ? '' : `${serverLines(warning, 'busy', screen)}\n`;
  return `${problemLines}${warningLines}${ofCloud}${ofClusters}`;
}

function serverLines(sentence: string, tone: Tone, { style, columns }: Screen): string {
  const text = printable(sentence);
  const lines = columns === Infinity ? [text] : wrapAnsi(text, columns).split('\n');
  return lines.map((line) => `${style(tone, line)}\n`).join('');
}

/** What is wrong with the cloud is said once, above the clusters whose nodes are in it. */
function cloudLines(cloud: NonNullable<Schemas['HealthOverview']['cloud']>, screen: Screen): string {
  const { style, columns } = screen;
  const tone = cloud.needs_operator ? 'bad' : 'busy';
  const lines = [
    ...cloud.problems.map((text) => `${style(tone, 'cloud')}: ${printable(text)}`),
    ...explanationLines(cloud, screen),
  ];
  return lines.map((line) => hanging(line, columns)).join('');
}

/** Wrapped, and indented from the second line on. */
function hanging(line: string, columns: number): string {
  if (columns === Infinity) return `${line}\n`;
  const [first = '', ...rest] = wrapAnsi(line, columns - narrowIndent).split('\n');
  return [first, ...rest.map((text) => ' '.repeat(narrowIndent) + text)].map((text) => `${text}\n`).join('');
}

function renderClusters(
  { clusters, counts, cloud, server_problem: problem }: Schemas['HealthOverview'],
  screen: Screen,
): string {
  const heads = clusters.map(headOf);
  const widths = [0, 1, 2].map((column) =>
    Math.max(...heads.map((head) => stringWidth(printable(head[column] ?? '')))),
  );
  const lines = clusters.map((cluster) => clusterLines(cluster, widths, screen)).join('');
  const needing =
    counts.needs_operator === 0
      ? 'none needs'
      : `${counts.needs_operator} need${counts.needs_operator === 1 ? 's' : ''}`;
  const others = cloud?.needs_operator === true ? ', the cloud needs an operator' : '';
  const needed = problem === null ? `${needing} an operator${others}` : 'the server needs an operator';
  const total = `${count(counts.clusters, 'cluster')}, ${counts.healthy} healthy, ${needed}`;
  return `${lines}\n${screen.style('quiet', total)}\n`;
}

function headOf({ name, health, counts }: Cluster): [string, string, string] {
  return [name, health, `${counts.healthy}/${counts.desired} healthy`];
}

function clusterLines(cluster: Cluster, widths: readonly number[], screen: Screen): string {
  const { style, columns } = screen;
  const [name, health, nodes] = headOf(cluster);
  const head = [
    style('strong', padTo(printable(name), widths[0] ?? 0)),
    style(toneOf(health), padTo(health, widths[1] ?? 0)),
    padTo(nodes, widths[2] ?? 0),
  ].join(gap);
  const parts = partsOf(cluster, screen);
  const begin = stringWidth(head) + gap.length;
  const onOneLine = parts.join('; ');
  if (begin + stringWidth(onOneLine) <= columns) return `${`${head}${gap}${onOneLine}`.trimEnd()}\n`;
  const isNarrow = columns - begin < leastOfText;
  const indent = isNarrow ? narrowIndent : begin;
  const lines = parts.flatMap((part) => wrapAnsi(part, columns - indent).split('\n'));
  const [first, rest] = isNarrow ? ['', lines] : [lines[0] ?? '', lines.slice(1)];
  const below = rest.map((line) => `${' '.repeat(indent)}${line}\n`).join('');
  return `${`${head}${gap}${first}`.trimEnd()}\n${below}`;
}

function partsOf(cluster: Cluster, screen: Screen): string[] {
  const { problems, health_reason: reason } = cluster;
  const wrong = problems.length === 0 && reason !== null ? [reason] : problems;
  return [...wrong.map(printable), ...explanationLines(cluster, screen)];
}
