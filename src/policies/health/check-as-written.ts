/**
 * What shows in the properties only as they were written, because their one meaning (`read-health-policy.ts`)
 * leaves it out: options of a mode that has none, a wait between attempts of which there is one, no action at
 * all.
 */
import { quoteValue } from '../../domain/errors.ts';
import { isJsonObject } from '../../domain/json.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { isInVersion } from '../../domain/spec-schema.ts';
import { checkIdleLabel } from './check-zone-outage.ts';
import type { Findings } from './findings.ts';
import { optionsOfMode } from './detection-fields.ts';

/**
 * @param written the properties before defaults were filled in; the published forms are rewritten.
 * @param checked the same with the defaults, every key of its type.
 */
export function checkAsWritten(
  written: JsonObject,
  checked: JsonObject,
  version: string,
  findings: Findings,
): void {
  checkDuplicates(modesOf(checked), findings);
  checkIdleOptions(modesOf(written), findings);
  checkIdleBackoffs(written, findings);
  checkIdleLabel(checked, findings);
  checkEmptyParams(written, version, findings);
  if (isInVersion(version, '1.3')) checkActions(written, findings);
}

const modesField = 'detection.detection_modes';

function modesOf(properties: JsonObject): readonly Json[] {
  return listIn(properties['detection'], 'detection_modes');
}

function listIn(map: Json | undefined, key: string): readonly Json[] {
  const list = isJsonObject(map) ? map[key] : undefined;
  return Array.isArray(list) ? (list as Json[]) : [];
}

/**
 * As Senlin compares them: whole, with all options. So several URLs may be polled, and one URL for several
 * answers.
 */
function checkDuplicates(modes: readonly Json[], { issues }: Findings): void {
  const places = new Map<string, string>();
  modes.forEach((mode, index) => {
    const place = `${modesField}[${index}]`;
    const key = JSON.stringify(mode);
    const first = places.get(key);
    places.set(key, first ?? place);
    if (first === undefined) return;
    const found = `${typeOf(mode)} again`;
    const hint = `${first} has the same type and options`;
    issues.push({ field: place, expected: 'each detection mode once', found, hint });
  });
}

function typeOf(mode: Json): string {
  const type = isJsonObject(mode) ? mode['type'] : undefined;
  return typeof type === 'string' ? type : '';
}

function checkIdleOptions(modes: readonly Json[], { warnings }: Findings): void {
  modes.forEach((mode, index) => {
    const options = isJsonObject(mode) ? mode['options'] : undefined;
    if (!isJsonObject(options)) return;
    const known = optionsOfMode(typeOf(mode)) ?? [];
    const idle = Object.keys(options).filter((key) => !known.includes(key));
    if (idle.length === 0) return;
    const field = `${modesField}[${index}].options`;
    const expected = known.length === 0 ? 'nothing' : `${known.join(', ')} alone`;
    const hint = `${typeOf(mode)} ignores ${idle.length === 1 ? 'it' : 'them'}`;
    warnings.push({ field, expected, found: idle.join(', '), hint });
  });
}

/** Of each action and hook. */
function checkIdleBackoffs({ recovery }: JsonObject, { warnings }: Findings): void {
  for (const [field, step] of stepsIn(recovery, 'recovery', ['actions', 'on_success', 'on_exhausted'])) {
    if (step['backoff'] === undefined || Number(step['attempts'] ?? 1) > 1) continue;
    const hint = 'with one attempt there is no wait between two';
    warnings.push({ field: `${field}.attempts`, expected: '2 or more beside backoff', found: '1', hint });
  }
}

/** `type:` without a value would be the default, which is not what was begun to write. */
function checkEmptyParams({ recovery }: JsonObject, version: string, findings: Findings): void {
  const modern = isInVersion(version, '1.3');
  for (const [field, { name, params }] of stepsIn(recovery, 'recovery', ['actions'])) {
    if (name === 'WORKFLOW' || !isJsonObject(params)) continue;
    for (const key of Object.keys(params).filter((one) => params[one] === null)) {
      const hint = 'the key has no value: give it one, or leave it out';
      const issue = { field: `${field}.params.${key}`, expected: 'a value', found: 'null', hint };
      findings[modern ? 'issues' : 'warnings'].push(issue);
    }
  }
}

function stepsIn(map: Json | undefined, field: string, lists: readonly string[]): [string, JsonObject][] {
  return lists.flatMap((list) =>
    listIn(map, list).flatMap((step, index): [string, JsonObject][] => {
      const place = `${field}.${list}[${index}]`;
      if (!isJsonObject(step)) return [];
      return [[place, step], ...(list === 'actions' ? stepsIn(step, place, ['before', 'after']) : [])];
    }),
  );
}

/**
 * Senlin took a list without actions, and its documentation then recreates the node: too much to do unasked
 * from 1.3 on.
 */
function checkActions({ recovery }: JsonObject, findings: Findings): void {
  const actions = listIn(recovery, 'actions');
  if (actions.length === 0) {
    const found = quoteValue(isJsonObject(recovery) ? recovery['actions'] : undefined);
    findings.issues.push({ field: 'recovery.actions', expected: 'at least one action', found });
  }
}
