/**
 * The outside of a spec as it stands in a body: `{type, version, properties}`; and the sentences for what is
 * wrong in one.
 */
import { CoppiceError, describeIssue, within, type Issue } from '../domain/errors.ts';
import { quoteFound } from '../domain/quote-found.ts';
import { firstIssues, IssueList } from '../domain/issue-list.ts';
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import type { Spec } from '../domain/model.ts';
import { documentKeys, hintForKey, typeIssue, versionText, type SpecType } from '../domain/spec-document.ts';

/**
 * @param prefix what the sentence begins with, as Senlin's does for profiles; '' for none.
 * @param known the types that there are.
 * @throws CoppiceError `invalid-spec`
 */
export function readSpec(spec: JsonObject, prefix: string, known: readonly SpecType[]): Spec {
  const issues = new IssueList();
  for (const key of Object.keys(spec)) {
    if (!documentKeys.includes(key)) {
      const unknown = issue(key, `one of ${documentKeys.join(', ')}`, 'an unknown key');
      issues.add(() => ({ ...unknown, hint: hintForKey(key) }));
    }
  }
  const version = versionText(spec['version']);
  const { type, properties = {} } = spec;
  if (typeof type !== 'string' || type === '' || version === undefined)
    issues.add(() => typeIssue(type, spec['version'], known));
  if (!isJsonObject(properties))
    issues.add(() => issue('properties', 'a map', quoteFound('properties', properties)));
  if (issues.length > 0) refuseSpec(prefix, issues.toList());
  return { ...spec, type, version, properties } as Spec;
}

function issue(field: string, expected: string, found: string): Issue {
  return { field, expected, found };
}

/** `local.process-1.0`, as types are named on the wire. */
export function typeNameOf(spec: Spec): string {
  return `${spec.type}-${spec.version}`;
}

/**
 * @param why the type is none here; absent: what the user may have meant.
 * @throws CoppiceError `resource-not-found`
 */
export function refuseType(
  kind: 'profile_type' | 'policy_type',
  spec: Spec,
  known: readonly SpecType[],
  why?: string,
): never {
  const found = typeIssue(spec.type, spec.version, known);
  const explained = why === undefined ? found : { ...found, hint: why };
  throw new CoppiceError('resource-not-found', describeIssue(explained), {
    senlinMessage: `The ${kind} '${typeNameOf(spec)}' could not be found.`,
    details: { issues: [{ ...explained }] },
  });
}

/**
 * @param options part of the document, in which the issues' fields are; absent: its top. And what Senlin says
 *   of it, where its sentence is not made from the issues.
 * @throws CoppiceError `invalid-spec` that says all that is wrong, in a sentence and in `details.issues`,
 * whose fields are named from the top.
 */
export function refuseSpec(
  prefix: string,
  issues: readonly Issue[],
  {
    code = 'invalid-spec',
    part,
    senlinMessage,
  }: {
    readonly code?: 'invalid-spec' | 'bad-request';
    readonly part?: string;
    readonly senlinMessage?: string | undefined;
  } = {},
): never {
  const first = firstIssues(issues);
  const details = { issues: first.map((one) => ({ ...(part === undefined ? one : within(part, one)) })) };
  throw new CoppiceError(code, prefix + first.map(withHint).join('; '), {
    senlinMessage: senlinMessage ?? prefix + first.map(sentenceFor).join('; '),
    details,
  });
}

/** Senlin's where it has one. */
function sentenceFor(found: Issue): string {
  if (found.found === 'an unknown key') return `Unrecognizable spec item '${found.field}'`;
  if (found.found === 'nothing') return `Required spec item '${found.field}' not provided`;
  return describeIssue(found);
}

function withHint(found: Issue): string {
  const sentence = sentenceFor(found);
  return found.hint === undefined || sentence.endsWith(`(${found.hint})`)
    ? sentence
    : `${sentence} (${found.hint})`;
}
