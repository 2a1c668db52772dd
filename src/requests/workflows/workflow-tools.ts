/** What the use cases of workflows need, and how they refuse: in Mistral's words, which its clients show. */
import { didYouMean } from '../../domain/did-you-mean.ts';
import { CoppiceError } from '../../domain/errors.ts';
import type { RefusedRequest } from '../../workflow/language/conductor/fault.ts';
import type { WorkflowRunner } from '../../workflow/runner/workflow-runner.ts';
import { visibleProject, type Caller, type RequestTools } from '../request-tools.ts';
import type { Viewer } from '../../store/named-objects.ts';
import type { PageQuery } from '../../store/workflow-listing.ts';

/** @throws Error where this process has no runner: then it has no route that needs one. */
export function runnerOf({ runner }: Pick<RequestTools, 'runner'>): WorkflowRunner {
  if (runner === undefined) throw new Error('This process runs no workflows.');
  return runner;
}

export function badRequest(sentence: string): CoppiceError {
  return new CoppiceError('bad-request', sentence);
}

/** @param known names that the user may have meant by `name`. */
export function notFound(sentence: string, name = '', known: readonly string[] = []): CoppiceError {
  const hint = didYouMean(name, known);
  return new CoppiceError('resource-not-found', hint === undefined ? sentence : `${sentence} (${hint})`);
}

/** @throws CoppiceError for what the execution cannot do. */
export function refuse(refusal: RefusedRequest | undefined): void {
  if (refusal === undefined) return;
  const { reason, message } = refusal;
  if (reason === 'not-allowed') throw new CoppiceError('forbidden', message);
  throw reason === 'not-found' ? notFound(message) : badRequest(message);
}

export function isVisible(caller: Caller, project: string, scope = 'private'): boolean {
  const own = visibleProject(caller);
  return own === undefined || own === project || scope === 'public';
}

/** As whom the caller finds objects by their names. */
export function viewerOf(caller: Caller): Viewer {
  return { project: caller.project, isAdmin: visibleProject(caller) === undefined };
}

interface OfProject {
  readonly id: string;
  readonly project: string;
  readonly scope: string;
}

/**
 * The one that a name means.
 * @param found under one name, the one that is meant first.
 * @throws CoppiceError `multiple-choices` where several projects have one for themselves: an administrator
 * sees them all, and must not change any of them by chance.
 */
export function theOneNamed<Found extends OfProject>(
  caller: Caller,
  what: string,
  found: readonly Found[],
): Found | undefined {
  const [first, second] = found;
  if (first === undefined || second === undefined) return first;
  if (first.project === caller.project || first.scope === 'public') return first;
  const ids = found.map(({ id, project }) => `${id} (project ${project})`).join(', ');
  throw new CoppiceError(
    'multiple-choices',
    `More than one project has a ${what}: ${ids}. Give the id of one of them.`,
  );
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
