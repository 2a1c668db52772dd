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

/** Where the definition is, and for whom it runs. */
export interface CallPlace {
  readonly project: string;
  readonly definitionProject: string;
  readonly namespace: string;
}

export async function missingCalls(
  tools: LibraryTools,
  place: CallPlace,
  { external }: Pick<ParsedSource, 'external'>,
): Promise<DefinitionProblem[]> {
  const problems: DefinitionProblem[] = [];
  for (const call of external) {
    if (await isThere(tools, place, call)) continue;
    const known = await definitionNames(tools.store.db, tables[call.kind], place);
    const hint = didYouMean(call.name, known);
    const absence = call.kind === 'action' ? runnerOf(tools).registry.absence(call.name) : undefined;
    const message = `${absence ?? describeMissingCall(call)}: the task fails when it runs${hint === undefined ? '' : `; ${hint}`}`;
    problems.push({ severity: 'warning', message, ...call.at });
  }
  return problems;
}

/** As a task looks it up: in the workbook first, in the namespace, then in the default one. */
async function isThere(
  tools: LibraryTools,
  { project, definitionProject, namespace: own }: CallPlace,
  { kind, name, workbook }: ExternalCall,
): Promise<boolean> {
  const { library } = runnerOf(tools);
  const member = workbook === undefined ? [] : [{ name: `${workbook}.${name}`, project: definitionProject }];
  for (const named of [...member, { name }]) {
    for (const namespace of new Set([own, ''])) {
      const at = { ...named, namespace };
      if (kind === 'workflow' && (await library.workflowFor(project, at)) !== null) return true;
      if (kind !== 'action') continue;
      await library.lookUpAction(project, at);
      if ((library.cachedAction(project, at) ?? null) !== null) return true;
    }
  }
  return false;
}
