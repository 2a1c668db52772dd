/**
 * Calls of a definition that its text cannot answer, looked up on this server: what is not there fails when
 * it runs.
 */
import { didYouMean } from '../../domain/did-you-mean.ts';
import { definitionNames, type DefinitionTable } from '../../store/workflow-definitions.ts';
import type { ExternalCall } from '../../workflow/language/checks/check-calls.ts';
import { describeMissingCall } from '../../workflow/language/checks/missing-call.ts';
import type { DefinitionProblem } from '../../workflow/language/definition/problem.ts';
import type { ParsedSource } from '../../workflow/runner/parse-source.ts';
import type { RequestTools } from '../request-tools.ts';
import { runnerOf } from './workflow-tools.ts';

const tables: Readonly<Record<ExternalCall['kind'], DefinitionTable>> = {
  action: 'adhoc_action',
  workflow: 'workflow',
};

type LibraryTools = Pick<RequestTools, 'store' | 'runner'>;

export async function missingCalls(
  tools: LibraryTools,
  project: string,
  { external }: Pick<ParsedSource, 'external'>,
  namespace = '',
): Promise<DefinitionProblem[]> {
  const problems: DefinitionProblem[] = [];
  for (const call of external) {
    if (await isThere(tools, project, call, namespace)) continue;
    const known = await definitionNames(tools.store.db, tables[call.kind], project);
    const hint = didYouMean(call.name, known);
    const message = `${describeMissingCall(call)}: the task fails when it runs${hint === undefined ? '' : `; ${hint}`}`;
    problems.push({ severity: 'warning', message, ...call.at });
  }
  return problems;
}

/** As a task looks it up: in the workbook first, in the namespace, then in the default one. */
async function isThere(
  tools: LibraryTools,
  project: string,
  call: ExternalCall,
  namespace: string,
): Promise<boolean> {
  const { library } = runnerOf(tools);
  const names = call.workbook === undefined ? [call.name] : [`${call.workbook}.${call.name}`, call.name];
  for (const name of names) {
    for (const space of new Set([namespace, ''])) {
      if (call.kind === 'workflow' && (await library.workflowFor(project, name, space)) !== null) return true;
      if (call.kind !== 'action') continue;
      await library.lookUpAction(name, space);
      if ((library.cachedAction(name, space, project) ?? null) !== null) return true;
    }
  }
  return false;
}
