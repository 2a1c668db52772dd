/** What Heat's lists are filtered by: stacks, resources and events. Heat ignores other names of stacks. */
import { SimulatorError } from './api-error.ts';
import { isValue } from './list-filters.ts';
import type { SimulatedStack, StackEvent, StackResource } from './simulated-stack.ts';

type Query = Readonly<Record<string, string>>;
type Of<T> = (item: T) => string | number | boolean | null;

/** Each under the names that Heat has for it. */
const ofStacks: readonly (readonly [names: readonly string[], of: Of<SimulatedStack>])[] = [
  [['id'], ({ id }) => id],
  [['name', 'stack_name'], ({ name }) => name],
  [['action', 'stack_action'], ({ action }) => action],
  [['stack_status_reason'], ({ reason }) => reason],
  [['tenant'], ({ projectId }) => projectId],
  [['stack_user_project_id'], ({ projectId }) => projectId],
  [['username', 'stack_owner'], ({ owner }) => owner.name],
  [['owner_id', 'parent'], () => null],
  [['disable_rollback'], ({ given }) => given.disableRollback],
  [['timeout_mins'], ({ given }) => given.timeoutMins],
];

export function isListedStack(stack: SimulatedStack, query: Query): boolean {
  return (
    ofStacks.every(([names, of]) => names.every((name) => isWanted(query[name], of(stack)))) &&
    isInStatus(stack, query['status']) &&
    isInStatus(stack, query['stack_status']) &&
    hasTags(stack.given.tags, query)
  );
}

function isWanted(wanted: string | undefined, value: ReturnType<Of<unknown>>): boolean {
  return wanted === undefined || wanted === '' || isValue(value, wanted);
}

/** `FAILED`, or with the action: `CREATE_FAILED`. */
function isInStatus({ action, status }: SimulatedStack, wanted = ''): boolean {
  return wanted === '' || wanted === status || wanted === `${action}_${status}`;
}

function hasTags(tags: readonly string[], query: Query): boolean {
  const has = (tag: string): boolean => tags.includes(tag);
  const named = (name: string): string[] | undefined =>
    query[name] === undefined || query[name] === '' ? undefined : query[name].split(',');
  return (
    (named('tags')?.every(has) ?? true) &&
    (named('tags_any')?.some(has) ?? true) &&
    !(named('not_tags')?.every(has) ?? false) &&
    !(named('not_tags_any')?.some(has) ?? false)
  );
}

const ofResources: Readonly<Record<string, Of<StackResource>>> = {
  type: ({ definition }) => definition.type,
  status: ({ status }) => status,
  name: ({ definition }) => definition.name,
  action: ({ action }) => action,
  physical_resource_id: ({ physicalId }) => physicalId,
  // The number of its row in Heat's database, which is shown nowhere.
  id: () => null,
};

const notFilters = ['nested_depth', 'with_detail'];

/** @throws SimulatorError 400 for what is no filter. */
export function resourceFilter(query: Query): (resource: StackResource) => boolean {
  const names = Object.keys(query).filter((name) => !notFilters.includes(name));
  const unknown = names.filter((name) => !Object.hasOwn(ofResources, name));
  if (unknown.length > 0) {
    const list = unknown.map((name) => `'${name}'`).join(', ');
    throw new SimulatorError(400, `Invalid filter parameters [${list}]`, 'HTTPBadRequest');
  }
  return (resource) => names.every((name) => isWanted(query[name], ofResources[name]?.(resource) ?? null));
}

export function isListedEvent(event: StackEvent, stack: SimulatedStack, query: Query): boolean {
  const [, action = '', status = ''] = /^([A-Z]+)_(.+)$/.exec(event.status) ?? [];
  const type = stack.resources.get(event.resource)?.definition.type ?? 'OS::Heat::Stack';
  return (
    isWanted(query['resource_name'], event.resource) &&
    isWanted(query['resource_action'], action) &&
    isWanted(query['resource_status'], status) &&
    isWanted(query['resource_type'], type)
  );
}
