/**
 * All clusters, the worst first: each in a line with what is wrong in brief; below it what an operator has to
 * do, why, and what happens meanwhile, each on a line of its own. A terminal has the first of each; where
 * there is none, all of it.
 */
import stringWidth from 'string-width';
import type { Schemas } from '../../client/api-types.ts';
import { count } from '../../recovery/describe.ts';
import { explanationLines, operatorLines, type Voice } from './explanation.ts';
import { onOneLine } from './printable.ts';
import { renderProse, type Phrase, type Prose } from './prose.ts';
import { toneOf, type Tone } from './style.ts';
import { padTo } from './table.ts';

type Cluster = Schemas['ClusterOverview'];
type Screen = Voice & { readonly columns: number };

const gap = '  ';
const clusterIndent = 4;

export function renderStatus(health: Schemas['HealthOverview'], screen: Screen): string {
  const { clusters, cloud, server_problem: problem, server_warning: warning } = health;
  const { retained, simulated_cloud: simulated } = health;
  const ofClusters = clusters.length === 0 ? 'There are no clusters.\n' : renderClusters(health, screen);
  const sentences = (all: readonly Prose[]): string => renderProse(all, screen, screen.style);
  const paragraph = (all: readonly Prose[]): string => (all.length === 0 ? '' : `${sentences(all)}\n`);
  // Above all else: what is shown of clusters may be old, and nothing is done about any of them.
  const records = 'The server records nothing and recovers nothing until you act: ';
  const simulatedAt =
    simulated === null
      ? []
      : [`The cloud is simulated: ${simulated.auth_url}, its admin API ${simulated.admin_url}`];
  return [
    paragraph(problem === null ? [] : [toned(records + problem, 'bad')]),
    paragraph(warning === null ? [] : [toned(warning, 'busy')]),
    paragraph(cloud === null ? [] : cloudLines(cloud, screen)),
    ofClusters,
    sentences(retained.length === 0 ? [] : [keptText(retained, screen)]),
    sentences(simulatedAt),
  ].join('');
}

function toned(text: string, tone: Tone): Phrase[] {
  return [{ text, tone }];
}

/** What stays and costs until its time is over: how much, until when, and how it is looked at and removed. */
function keptText(retained: Schemas['HealthOverview']['retained'], { typed, times }: Screen): Phrase[] {
  const all = retained.reduce((sum, each) => sum + each.count, 0);
  const of = retained.map((each) => `${each.count} of ${ofWhich(each)}`).join(', ');
  const first = times.clock(Math.min(...retained.map((each) => Date.parse(each.first_until))));
  const last = times.clock(Math.max(...retained.map((each) => Date.parse(each.last_until))));
  const until = first === last ? `until ${first}` : `until ${first}, the last until ${last}`;
  const kept = all === 1 ? 'is kept' : 'are kept';
  return [
    { text: `${count(all, 'failed object')} ${kept} (${of}) ${until}: ` },
    { text: typed('retained list'), tone: 'strong', isCommand: true },
    { text: '; removed before by ' },
    { text: typed('retained delete ID'), tone: 'strong', isCommand: true },
  ];
}

function ofWhich({
  cluster_id: id,
  cluster_name: name,
}: Schemas['HealthOverview']['retained'][number]): string {
  return name ?? (id === null ? 'nodes without a cluster' : 'a deleted cluster');
}

/** What is wrong with the cloud is said once, above the clusters whose nodes are in it. */
function cloudLines(cloud: NonNullable<Schemas['HealthOverview']['cloud']>, screen: Screen): Prose[] {
  const tone = cloud.needs_operator ? 'bad' : 'busy';
  const problems = cloud.problems.map((text): Phrase[] => [{ text: 'cloud', tone }, { text: `: ${text}` }]);
  return [...problems, ...explanationLines(cloud, screen)];
}

function renderClusters(
  { clusters, counts, cloud, server_problem: problem }: Schemas['HealthOverview'],
  screen: Screen,
): string {
  const heads = clusters.map(headOf);
  const widths = [0, 1, 2].map((column) =>
    Math.max(...heads.map((head) => stringWidth(onOneLine(head[column] ?? '')))),
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
  // Below each other only where all columns fit.
  const isAligned = widths.reduce((sum, width) => sum + width + gap.length, 0) <= columns;
  const cell = (text: string, column: number): string =>
    `${isAligned ? padTo(onOneLine(text), widths[column] ?? 0) : text}${gap}`;
  const head: Phrase[] = [
    { text: cell(name, 0), tone: 'strong' },
    { text: cell(health, 1), tone: toneOf(health) },
    { text: cell(nodes, 2) },
    { text: briefly(cluster) },
  ];
  const below = columns === Infinity ? allParts(cluster, screen) : shortParts(cluster, screen);
  return (
    renderProse([head], { columns }, style) + renderProse(below, { columns, indent: clusterIndent }, style)
  );
}

/** Where nothing is too long: each problem that the line of the cluster does not say in full. */
function allParts(cluster: Cluster, screen: Screen): Prose[] {
  const { problems, doing, waiting, operator } = cluster;
  const isSaid = problems.length === 1 && problems[0] === briefly(cluster);
  return [
    ...explanationLines({ doing: [], waiting: [], operator }, screen),
    ...(isSaid ? [] : problems.map((problem) => `why: ${problem}`)),
    ...explanationLines({ doing, waiting, operator: [] }, screen),
  ];
}

/** `web-1, web-2 failed (HOST_DOWN); 1 more problem`: what is wrong, without the why. */
function briefly({ problems, health_reason: reason }: Cluster): string {
  const [first, ...others] = problems;
  if (first === undefined) return reason ?? '';
  const failed = /^[^(:;]*? failed \([A-Z_]+(?=[:;)])/.exec(first);
  const brief = failed === null ? first.split(/ \(|; |: /, 1).join('') : `${failed[0]})`;
  return others.length === 0 ? brief : `${brief}; ${count(others.length, 'more problem')}`;
}

/** What a quarantined node needs and what helps a held one: thousands of nodes would hide both. */
const mostTasks = 4;

/** What to do first, then why, then what happens meanwhile; `cluster health` has all of it. */
function shortParts(cluster: Cluster, screen: Screen): Prose[] {
  const { problems, doing, waiting, operator, name } = cluster;
  const tasks = operator.slice(0, mostTasks);
  const [problem] = problems;
  const why = problem === undefined || problem === briefly(cluster) ? '' : `why: ${shortened(problem)}`;
  const meanwhile = [
    ...explanationLines({ doing: doing.slice(0, 1).map(shortened), waiting: [], operator: [] }, screen),
    ...explanationLines({ doing: [], waiting: waiting.slice(0, 1).map(shortWait), operator: [] }, screen),
  ];
  const parts = [...tasks.flatMap((task) => operatorLines(task)), ...(why === '' ? [] : [why]), ...meanwhile];
  const isAll =
    problems.length < 2 &&
    operator.length === tasks.length &&
    doing.length < 2 &&
    waiting.length < 2 &&
    ![problem, doing[0], waiting[0]?.reason].some((text) => text !== undefined && text !== shortened(text));
  const command = screen.typed(`cluster health ${name}`);
  const more = [
    { text: 'all of it: ', tone: 'quiet' },
    { text: command, tone: 'strong', isCommand: true },
  ] as const;
  return isAll ? parts : [...parts, more];
}

function shortWait<T extends Cluster['waiting'][number]>(wait: T): T {
  return { ...wait, reason: shortened(wait.reason) };
}

/** Enough to know the cause; the rest of a cloud's own words is in `cluster health`. */
const longestPart = 240;

function shortened(text: string): string {
  if (text.length <= longestPart) return text;
  return `${text.slice(0, text.lastIndexOf(' ', longestPart))} ...`;
}
