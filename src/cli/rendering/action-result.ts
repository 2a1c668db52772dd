/**
 * What an action has done, as lines for users: which nodes it took and why (its plan), and what it found (its
 * outputs). An action that has neither has no lines.
 */
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import type { Schemas } from '../../client/api-types.ts';
import { sizeInWords } from '../../plans/make-plan.ts';
import { count } from '../../recovery/describe.ts';
import { objectsIn } from './objects-in.ts';
import { textOf } from './text-of.ts';

type Action = Pick<Schemas['Action'], 'action' | 'data' | 'outputs'>;

/** More nodes than this are counted: `action show` has them all. */
const nodesNamed = 10;

/** Lines without their ends. */
export function actionResult({ action, data, outputs }: Action): string[] {
  if (action === 'NODE_CHECK') return [foundText(outputs)].filter((text) => text !== '');
  if (action === 'CLUSTER_CHECK') return checkLines(outputs);
  if (action === 'NODE_RECOVER') return recoveryLines(outputs);
  return isJsonObject(data['plan']) ? planLines(data['plan']) : [];
}

/** `healthy: process 4711 is running`, `PROCESS_EXITED: ...` */
function foundText({ health, failure, reason }: JsonObject): string {
  const what = textOf(failure) === '' ? textOf(health) : textOf(failure);
  const why = textOf(reason);
  return why === '' ? what : `${what}: ${why}`;
}

function checkLines({ healthy, unhealthy, nodes }: JsonObject): string[] {
  if (typeof healthy !== 'number' || typeof unhealthy !== 'number') return [];
  const found = objectsIn(nodes);
  const shown = found.slice(0, nodesNamed).map((node) => `${nameOf(node)}: ${foundText(node)}`);
  const left = unhealthy - shown.length;
  return [
    `${healthy} of ${count(healthy + unhealthy, 'node')} healthy`,
    ...shown,
    ...(left === 0 ? [] : [`and ${left} more`]),
  ];
}

function recoveryLines({ state, reason }: JsonObject): string[] {
  const word = textOf(state);
  return word === '' ? [] : [`${word}: ${textOf(reason)}`];
}

const words: Readonly<Record<string, Readonly<Record<Tense, string>>>> = {
  NODE_CREATE: { DONE: 'created', PLANNED: 'to create' },
  NODE_DELETE: { DONE: 'removed', PLANNED: 'to remove' },
  NODE_JOIN: { DONE: 'joined', PLANNED: 'to join' },
  NODE_LEAVE: { DONE: 'left', PLANNED: 'to leave' },
  NODE_OPERATION: { DONE: 'operated on', PLANNED: 'to operate on' },
  NODE_UPDATE: { DONE: 'updated', PLANNED: 'to update' },
  NODE_RECOVER: { DONE: 'recoveries', PLANNED: 'to recover' },
};

/** Whether the plan was carried out. */
export type Tense = 'DONE' | 'PLANNED';

/**
 * `from 3 to 1 node`, what decided so where policies did, and `removed: web-3 (confirmed failed), web-2
 * (healthy)`.
 */
export function planLines(plan: JsonObject, tense: Tense = 'DONE'): string[] {
  const { decisions, groups, nodes: total, size } = plan;
  const planned = objectsIn(groups).flatMap((group) => objectsIn(group['nodes']));
  const byOperation = Map.groupBy(planned, (node) => textOf(node['operation']));
  const left = Number(total) - planned.length;
  const why = size === undefined && tense === 'DONE' ? [] : decisionLines(decisions, size);
  const taken = [...byOperation].map(([operation, nodes]) => {
    return `${words[operation]?.[tense] ?? operation}: ${nodesInWords(nodes, left)}`;
  });
  return taken.length === 0 && why.length === 0
    ? [tense === 'DONE' ? 'no node was changed' : 'no node would be changed']
    : [...why, ...taken, ...(tense === 'PLANNED' ? orderLines(objectsIn(groups), left) : [])];
}

/** `one after the other`, or which are side by side: `group by group: web-1, web-2; web-3` */
function orderLines(groups: readonly JsonObject[], left: number): string[] {
  const all = groups.map((group) => objectsIn(group['nodes']));
  const operations = new Set(all.flat().map(({ operation }) => operation));
  if (all.length <= operations.size) return [];
  if (all.every((nodes) => nodes.length === 1)) return ['one after the other'];
  const named = all.slice(0, nodesNamed);
  const shown = named.map((nodes) => listOf(nodes));
  const unnamed = all.flat().length - named.flat().length + left;
  return [`group by group: ${shown.join('; ')}${unnamed > 0 ? `; ${unnamed} more` : ''}`];
}

function listOf(nodes: readonly JsonObject[]): string {
  const more = nodes.length - nodesNamed;
  const names = nodes.slice(0, nodesNamed).map(nameOf).join(', ');
  return more > 0 ? `${names} and ${more} more` : names;
}

/** The size that comes of it first; below it what was requested, where a policy has made another of it. */
function decisionLines(decisions: Json | undefined, size: Json | undefined): string[] {
  const [requested, ...amendments] = objectsIn(decisions).map(({ by, reason }, index) =>
    index === 0 ? textOf(reason) : `${textOf(by)}: ${textOf(reason)}`,
  );
  if (requested === undefined) return [];
  const result = isJsonObject(size) ? sizeText(size) : requested;
  return result === requested
    ? [requested, ...amendments]
    : [result, `  requested: ${requested}`, ...amendments.map((line) => `  ${line}`)];
}

function sizeText({ current, desired }: JsonObject): string {
  return sizeInWords({ current: Number(current), desired: Number(desired) });
}

/** @param left how many there are that are not in the plan as it is shown. */
function nodesInWords(nodes: readonly JsonObject[], left: number): string {
  const isNamed = ({ name, id }: JsonObject): boolean => textOf(name, textOf(id)) !== '';
  if (!nodes.some(isNamed)) return count(nodes.length + left, 'node');
  const shown = nodes.slice(0, nodesNamed);
  const more = nodes.length - shown.length + left;
  const others = more > 0 ? ` and ${more} more` : '';
  const reasons = new Set(nodes.map(({ reason }) => textOf(reason)));
  const [same = ''] = reasons;
  if (reasons.size > 1 || same === '' || nodes.length === 1) return shown.map(withReason).join(', ') + others;
  return `${shown.map(nameOf).join(', ')}${others} (each: ${same})`;
}

function withReason(node: JsonObject): string {
  const reason = textOf(node['reason']);
  return reason === '' ? nameOf(node) : `${nameOf(node)} (${reason})`;
}

function nameOf({ name, id }: JsonObject): string {
  return textOf(name, textOf(id, '-'));
}
