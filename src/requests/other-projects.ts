/**
 * Names are looked for in the own project, also for an administrator: what other projects have of a name is
 * told, and reached by its id. What is reached so is not made a part of an object of another project.
 */
import { CoppiceError } from '../domain/errors.ts';
import type { Cluster } from '../domain/model.ts';
import type { ForeignObject } from '../store/named-objects.ts';

/** `another project has one: 0b6c... (project web); give its id`; undefined: none has. */
export function ofOtherProjects(foreign: readonly ForeignObject[]): string | undefined {
  if (foreign.length === 0) return undefined;
  const ids = foreign.map(({ id, project }) => `${id} (project ${project})`).join(', ');
  if (foreign.length === 1) return `another project has one: ${ids}; give its id`;
  return `other projects have some: ${ids}; give the id of one of them`;
}

/** Of which a referenced object is to become a part. */
export interface Whole {
  /** `the cluster web` */
  readonly what: string;
  readonly project: string;
}

export function partOfCluster({ name, project }: Pick<Cluster, 'name' | 'project'>): Whole {
  return { what: `the cluster ${name}`, project };
}

/**
 * Members of one project could neither see nor change their object's part in the other, and could not delete
 * it for as long as it is in use there. @throws CoppiceError `bad-request`
 */
export function refuseOtherProject(
  kind: string,
  part: { readonly id: string; readonly name: string; readonly project: string },
  { what, project }: Whole,
): void {
  if (part.project === project) return;
  const found = `${part.name} (${part.id}) of project ${part.project}`;
  throw new CoppiceError(
    'bad-request',
    `${kind}_id: expected a ${kind} of project ${project}, which ${what} belongs to, found ${found}. What belongs together is made in one project, with a token of it.`,
  );
}
