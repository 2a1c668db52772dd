/** What would be done if nodes failed now, decision by decision, each with its reason. Pure. */
import type { Schemas } from '../../client/api-types.ts';
import { duration } from '../../domain/duration.ts';
import { count } from '../../recovery/describe.ts';
import { renderProse, wrapProse, type Phrase, type Prose } from './prose.ts';
import { toneOf, type Style } from './style.ts';
import { padTo } from './table.ts';
import { textOf } from './text-of.ts';
import { readTime } from './times.ts';

interface Screen {
  readonly style: Style;
  readonly columns: number;
}

export function renderSimulation(simulation: Schemas['Simulation'], screen: Screen): string {
  const { policy_name: name, mode, unhealthy, supposed, zone_outages: outages, nodes } = simulation;
  const policy = textOf(name, 'the given policy');
  const only = mode === 'OBSERVE' ? ', mode OBSERVE: decided and recorded only' : '';
  const head: Prose[] = [
    `by ${policy}${only}; ${count(unhealthy, 'node')} would count as unhealthy`,
    ...supposed.map((text): Phrase[] => [{ text: `supposed: ${text}`, tone: 'quiet' }]),
    ...outages.map(
      ({ action, domain, failed, name: zone, of }) =>
        `${domain} ${zone} would have an outage (${failed} of its ${of} nodes failed): ${action}`,
    ),
  ];
  const ofNodes = nodes.map((node) => `\n${nodeText(node, screen)}`);
  return renderProse(head, screen, screen.style) + ofNodes.join('');
}

type SimulatedNode = Schemas['Simulation']['nodes'][number];

function nodeText(node: SimulatedNode, screen: Screen): string {
  const { name, failure, decision, reason, timeline } = node;
  const head: Phrase[] = [
    { text: name, tone: 'strong' },
    { text: `  ${failure?.class ?? ''}  ` },
    { text: decision, tone: decision === 'START' ? 'good' : 'busy' },
    { text: `  ${reason}` },
  ];
  const from = readTime(timeline[0]?.at);
  const lines = timeline.map((each) => entryLines(each, from, screen));
  const result = textOf(node.result);
  const end: Phrase[] = [{ text: `  ${result}`, tone: toneOf(result) }];
  return (
    renderProse([head], screen, screen.style) +
    lines.join('') +
    (result === '' ? '' : renderProse([end], screen, screen.style))
  );
}

const timeWidth = 12;
const decisionWidth = 7;

function entryLines(
  { at, decision, reason }: SimulatedNode['timeline'][number],
  from: number | undefined,
  { style, columns }: Screen,
): string {
  const time = readTime(at);
  const after = time === undefined || from === undefined ? '' : `+${duration(time - from)}`;
  const begin = timeWidth + decisionWidth + 6;
  const lines = wrapProse(reason, { columns, begin, indent: begin });
  return `  ${style('quiet', after.padStart(timeWidth))}  ${padTo(decision, decisionWidth)}  ${lines.join('\n')}\n`;
}
