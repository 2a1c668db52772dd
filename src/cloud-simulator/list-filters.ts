/** Filters of lists, by what is shown of the objects: a filter that a list ignored would show too many. */
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';
import { SimulatorError } from './api-error.ts';
import { page, shown } from './endpoint.ts';

type Query = Readonly<Record<string, string>>;

/** Whether what is shown under a name is the one that a query wants, or has it. */
export function isValue(value: Json | undefined, wanted: string): boolean {
  if (Array.isArray(value)) return value.some((one) => isValue(one, wanted) || isPart(one, wanted));
  if (typeof value === 'boolean') return String(value) === wanted.toLowerCase();
  return value === null || value === undefined ? wanted === '' : shown(value) === wanted;
}

/** `ip_address=10.0.0.1` of a member of `fixed_ips`. */
function isPart(value: Json, wanted: string): boolean {
  const [, name = '', part = ''] = /^(\w+)=(.*)$/s.exec(wanted) ?? [];
  return isJsonObject(value) && name in value && isValue(value[name], part);
}

const ofNeutronsPages: ReadonlySet<string> = new Set(
  'limit marker sort_key sort_dir page_reverse fields'.split(' '),
);

/** Filters by tags have ways of their own, and are of each kind. */
const byTags: Readonly<Record<string, (tags: readonly Json[], wanted: readonly string[]) => boolean>> = {
  tags: (tags, wanted) => wanted.every((tag) => tags.includes(tag)),
  'tags-any': (tags, wanted) => wanted.some((tag) => tags.includes(tag)),
  'not-tags': (tags, wanted) => !wanted.every((tag) => tags.includes(tag)),
  'not-tags-any': (tags, wanted) => !wanted.some((tag) => tags.includes(tag)),
};

/**
 * A list of Neutron's, which filters by each attribute.
 * @param attributes those of the kind: others are refused, as with its extension `filter-validation`.
 * @throws SimulatorError 400
 */
export function listOfNeutron(
  { plural, attributes }: { readonly plural: string; readonly attributes: readonly string[] },
  items: readonly JsonObject[],
  query: Query,
): JsonObject {
  const filters = Object.entries(query).filter(([name]) => !ofNeutronsPages.has(name));
  const unknown = filters.find(([name]) => byTags[name] === undefined && !attributes.includes(name));
  if (unknown !== undefined)
    throw new SimulatorError(400, `['${unknown[0]}'] is invalid attribute for filtering`, 'HTTPBadRequest');
  const found = items.filter((item) =>
    filters.every(([name, wanted]) => {
      const { tags } = item;
      const fits = byTags[name];
      return fits === undefined
        ? isValue(item[name], wanted)
        : fits(Array.isArray(tags) ? tags : [], wanted.split(','));
    }),
  );
  const { sort_key: by, sort_dir: direction, limit, fields } = query;
  const sorted = by === undefined ? found : sortedBy(by, direction === 'desc', found);
  const { items: shownItems } = page(sorted.map(withId), limit === '0' ? {} : query);
  return { [plural]: fields === undefined ? shownItems : shownItems.map((item) => pick(item, fields)) };
}

function withId(item: JsonObject): JsonObject & { readonly id: string } {
  return { ...item, id: shown(item['id']) };
}

function sortedBy(name: string, isDescending: boolean, items: readonly JsonObject[]): readonly JsonObject[] {
  return items.toSorted((left, right) => {
    const [a, b] = [shown(left[name]), shown(right[name])];
    return a === b ? 0 : a < b === isDescending ? 1 : -1;
  });
}

function pick(item: JsonObject, name: string): JsonObject {
  return name in item ? { [name]: item[name] ?? null } : item;
}

const ofGlancesPages: ReadonlySet<string> = new Set('limit marker sort sort_key sort_dir'.split(' '));

/**
 * Whether a list of Glance's shows an image. What is no attribute is a property that images may have: where
 * none has it, none is shown.
 */
export function fitsInGlance(image: JsonObject, query: Query): boolean {
  return Object.entries(query).every(([name, wanted]) => {
    if (ofGlancesPages.has(name)) return true;
    if (name === 'tag') return isValue(image['tags'], wanted);
    if (name === 'visibility' && wanted === 'all') return true;
    const [, bound] = /^size_(min|max)$/.exec(name) ?? [];
    if (bound === 'min') return Number(image['size']) >= Number(wanted);
    if (bound === 'max') return Number(image['size']) <= Number(wanted);
    const [, comparison, than = ''] = /^(gte?|lte?|eq|neq):(.*)$/s.exec(wanted) ?? [];
    if (comparison !== undefined) return compares(comparison, shown(image[name]), than);
    return valuesIn(wanted).some((one) => isValue(image[name], one));
  });
}

/** `in:a,"b,c"` is Glance's way to ask for several values, and for one with a comma. */
function valuesIn(wanted: string): string[] {
  if (!wanted.startsWith('in:')) return [wanted];
  const parts = wanted.slice('in:'.length).match(/"(?:\\.|[^"\\])*"|[^,]+/g) ?? [];
  return parts.map((part) => (part.startsWith('"') ? part.slice(1, -1).replaceAll('\\"', '"') : part));
}

function compares(comparison: string, found: string, than: string): boolean {
  if (comparison === 'eq' || comparison === 'neq') return (found === than) === (comparison === 'eq');
  const isMore = comparison.startsWith('g');
  return found === than ? comparison.endsWith('e') : found > than === isMore;
}
