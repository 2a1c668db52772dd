/**
 * What is allowed in a policy and probably not meant; and what depends on more than its text: workflows
 * that are not there.
 */
import { CoppiceError, describeIssue, type Issue } from '../domain/errors.ts';
import { ownerOf, type Session } from '../domain/session.ts';
import type { Policy } from '../domain/model.ts';
import type { NamedWorkflow } from '../policies/policy-type.ts';
import { requireReferenced } from './find-object.ts';
import { requirePolicyType } from './policies.ts';
import { fitsNothing } from './policy-fit.ts';
import { workflowHint } from '../workflow/missing-workflow.ts';
import type { Caller, RequestTools } from './request-tools.ts';
import { workflowWarnings } from './workflow-warnings.ts';

/** Of a spec that is valid; fields are paths from the top of its properties. */
export async function policyWarnings(
  tools: RequestTools,
  caller: Caller,
  policy: Pick<Policy, 'type' | 'spec'>,
): Promise<Issue[]> {
  const type = requirePolicyType(tools, policy.type);
  const check = type.check(policy.spec.properties, tools.checkSettings);
  if (!check.ok) return [];
  const named = type.workflows?.(check.value) ?? [];
  const misfits = await fitsNothing(tools, caller, policy);
  return eachOnce([
    ...check.warnings,
    ...misfits,
    ...(await missingWorkflows(tools, ownerOf(caller), named)),
  ]);
}

/** What is suspicious for every profile is wrong for the ones that there are as well. */
function eachOnce(warnings: readonly Issue[]): Issue[] {
  return [...new Map(warnings.map((warning) => [describeIssue(warning), warning])).values()];
}

/** Of a policy that is to be attached. */
export async function attachWarnings(tools: RequestTools, caller: Caller, policy: string): Promise<Issue[]> {
  return await policyWarnings(
    tools,
    caller,
    await requireReferenced(tools.store.db, caller, 'policy', policy),
  );
}

/**
 * @param session whose project the workflows are used in.
 * @returns what is not there, or why that is not known.
 */
export async function missingWorkflows(
  tools: Pick<RequestTools, 'store' | 'runner' | 'workflows'>,
  session: Session,
  named: readonly NamedWorkflow[],
): Promise<Issue[]> {
  const { workflows } = tools;
  if (workflows === undefined) return [];
  const warnings: Issue[] = [];
  for (const one of named) {
    const { field, name, definition } = one;
    try {
      const found = await workflows.find(name, session);
      if (found !== undefined) warnings.push(...(await workflowWarnings(tools, one, found)));
      if (definition !== null || found !== undefined) continue;
      const hint = `create it before it is needed; until then this step fails${await workflowHint(workflows, name, session)}`;
      warnings.push({ field, expected: 'a workflow that is there', found: name, hint });
    } catch (error) {
      if (!(error instanceof CoppiceError)) throw error;
      const expected = 'a workflow engine that answers';
      return [...warnings, { field, expected, found: error.message, hint: 'its workflows were not checked' }];
    }
  }
  return warnings;
}
