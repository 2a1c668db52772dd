/** What the use cases of workflows need, and how they refuse: in Mistral's words, which its clients show. */
import { didYouMean } from '../../domain/did-you-mean.ts';
import { CoppiceError } from '../../domain/errors.ts';
import type { RefusedRequest } from '../../workflow/language/conductor/fault.ts';
import type { WorkflowRunner } from '../../workflow/runner/workflow-runner.ts';
import { ofOtherProjects } from '../other-projects.ts';
import { visibleProject, type Caller, type RequestTools } from '../request-tools.ts';
import type { ForeignObject } from '../../store/named-objects.ts';
import type { PageQuery } from '../../store/workflow-listing.ts';

/** @throws Error where this process has no runner: then it has no route that needs one. */
export function runnerOf({ runner }: Pick<RequestTools, 'runner'>): WorkflowRunner {
  if (runner === undefined) throw new Error('This process runs no workflows.');
  return runner;
}

export function badRequest(sentence: string): CoppiceError {
  return new CoppiceError('bad-request', sentence);
}

/**
 * @param known names that the user may have meant by `name`.
 * @param foreign what other projects have of that name, for an administrator.
 */
export function notFound(
  sentence: string,
  name = '',
  known: readonly string[] = [],
  foreign: readonly ForeignObject[] = [],
): CoppiceError {
  const hint = ofOtherProjects(foreign) ?? didYouMean(name, known);
  return new CoppiceError('resource-not-found', hint === undefined ? sentence : `${sentence} (${hint})`);
}

/** @throws CoppiceError for what the execution cannot do. */
export function refuse(refusal: RefusedRequest | undefined): void {
  if (refusal === undefined) return;
  const { reason, message } = refusal;
  if (reason === 'not-allowed') throw new CoppiceError('forbidden', message);
  throw reason === 'not-found' ? notFound(message) : badRequest(message);
}

/** Whether the caller is an administrator. */
export function seesAllProjects(caller: Caller): boolean {
  return visibleProject(caller) === undefined;
}

export function isVisible(caller: Caller, project: string, scope = 'private'): boolean {
  const own = visibleProject(caller);
  return own === undefined || own === project || scope === 'public';
}

/** What is public can be seen by all, and changed by its project only. @throws CoppiceError `forbidden` */
export function refuseForeign(caller: Caller, project: string, what: string): void {
  if (isVisible(caller, project)) return;
  throw new CoppiceError('forbidden', `The ${what} belongs to another project: it can be used, not changed.`);
}

/** The page that the caller sees. */
export function visiblePage(caller: Caller, page: PageQuery): PageQuery {
  const project = visibleProject(caller);
  return project === undefined ? page : { ...page, project };
}
