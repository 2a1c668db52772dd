/**
 * All clusters, the worst first: each in one line where there is room for it. Else what is wrong in brief,
 * what an operator has to do, why, and what happens meanwhile, each on a line of its own.
 */
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import type { Schemas } from '../../client/api-types.ts';
import { count } from '../../recovery/describe.ts';
import { explanationLines, operatorText, type Voice } from './explanation.ts';
import { hanging, narrowIndent } from './hanging.ts';
import { toneOf, type Tone } from './style.ts';
import { padTo, printable } from './table.ts';

type Cluster = Schemas['ClusterOverview'];
type Screen = Voice & { readonly columns: number };

const gap = '  ';

export function renderStatus(health: Schemas['HealthOverview'], screen: Screen): string {
  const { clusters, cloud, server_problem: problem, server_warning: warning } = health;
  const ofClusters = clusters.length === 0 ? 'There are no clusters.\n' : renderClusters(health, screen);
  const ofCloud = cloud === null ? '' : `${cloudLines(cloud, screen)}\n`;
  // Above all else: what is shown of clusters may be old, and nothing is done about any of them.
  const records = 'The server records nothing and recovers nothing until you act: ';
  const problemLines = problem === null ? '' : `${serverLines(records + problem, 'bad', screen)}\n`;
  const { retained, simulated_cloud: simulated } = health;
  const keptLine = retained.length === 0 ? '' : hanging(keptText(retained, screen), screen.columns);
  const simulatedLine =
    simulated === null
      ? ''
      : hanging(
          `The cloud is simulated: ${simulated.auth_url}, its admin API ${simulated.admin_url}`,
          screen.columns,
        );
  const warningLines = warning === null ? '' : `${serverLines(warning, 'busy', screen)}\n`;
  return `${problemLines}${warningLines}${ofCloud}${ofClusters}${keptLine}${simulatedLine}`;
}

/** What stays and costs until its time is over: how much, until when, and how it is looked at and removed. */
function keptText(retained: Schemas['HealthOverview']['retained'], { style, typed, times }: Screen): string {
  const all = retained.reduce((sum, each) => sum + each.count, 0);
  const of = retained.map((each) => `${each.count} of ${ofWhich(each)}`).join(', ');
  const first = times.clock(Math.min(...retained.map((each) => Date.parse(each.first_until))));
  const last = times.clock(Math.max(...retained.map((each) => Date.parse(each.last_until))));
  const until = first === last ? `until ${first}` : `until ${first}, the last until ${last}`;
  const list = style('strong', typed('retained list'));
  const remove = style('strong', typed('retained delete ID'));
  const kept = all === 1 ? 'is kept' : 'are kept';
  return `${count(all, 'failed object')} ${kept} (${printable(of)}) ${until}: ${list}; removed before by ${remove}`;
}

function ofWhich({
  cluster_id: id,
  cluster_name: name,
}: Schemas['HealthOverview']['retained'][number]): string {
  return name ?? (id === null ? 'nodes without a cluster' : 'a deleted cluster');
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
  const onOneLine = `${head}${gap}${wholeText(cluster, screen)}`.trimEnd();
  if (stringWidth(onOneLine) <= columns) return `${onOneLine}\n`;
  const first = `${head}${gap}${briefly(cluster)}`;
  return [hanging(first, columns), ...shortParts(cluster, screen).map((line) => below(line, columns))].join(
    '',
  );
}

/** Everything, where there is room for it, or a program reads it. */
function wholeText(cluster: Cluster, screen: Screen): string {
  const { problems, health_reason: reason } = cluster;
  const wrong = problems.length === 0 && reason !== null ? [reason] : problems;
  return [...wrong.map(printable), ...explanationLines(cluster, screen)].join('; ');
}

/** `web-1, web-2 failed (HOST_DOWN); 1 more problem`: what is wrong, without the why. */
function briefly({ problems, health_reason: reason }: Cluster): string {
  const [first, ...others] = problems;
  if (first === undefined) return printable(reason ?? '');
  const failed = /^.*? failed \([A-Z_]+(?=[:;)])/.exec(first);
  const brief = failed === null ? first.split(/ \(|; |: /, 1).join('') : `${failed[0]})`;
  return printable(others.length === 0 ? brief : `${brief}; ${count(others.length, 'more problem')}`);
}

/** What a quarantined node needs and what helps a held one: thousands of nodes would hide both. */
const mostTasks = 4;

/** What to do first, then why, then what happens meanwhile; `cluster health` has all of it. */
function shortParts(cluster: Cluster, screen: Screen): string[] {
  const { problems, doing, waiting, operator, name } = cluster;
  const { style, typed } = screen;
  const tasks = operator.slice(0, mostTasks);
  const [problem] = problems;
  const [now] = explanationLines({ doing, waiting: [], operator: [] }, screen);
  const [wait] = explanationLines({ doing: [], waiting, operator: [] }, screen);
  const parts = [
    ...tasks.map((task) => operatorText(task, screen)),
    ...(problem === undefined || problem === briefly(cluster)
      ? []
      : [`why: ${shortened(printable(problem))}`]),
    ...[now, wait].flatMap((line) => (line === undefined ? [] : shortened(line))),
  ];
  const isAll =
    problems.length < 2 &&
    operator.length === tasks.length &&
    doing.length < 2 &&
    waiting.length < 2 &&
    !parts.some((part) => part.endsWith('...'));
  const more = `all of it: ${style('strong', typed(`cluster health ${name}`))}`;
  return isAll ? parts : [...parts, style('quiet', more)];
}

/** Enough to know the cause; the rest of a cloud's own words is in `cluster health`. */
const longestPart = 240;

function shortened(text: string): string {
  if (text.length <= longestPart) return text;
  return `${text.slice(0, text.lastIndexOf(' ', longestPart))} ...`;
}

function below(line: string, columns: number): string {
  return wrapAnsi(line, columns - 2 * narrowIndent)
    .split('\n')
    .map((text, index) => `${' '.repeat(index === 0 ? narrowIndent : 2 * narrowIndent)}${text}\n`)
    .join('');
}
