/**
 * Names are looked for in the own project, also for an administrator: what other projects have of a name is
 * told, and reached by its id.
 */
import type { ForeignObject } from '../store/named-objects.ts';

/** `another project has one: 0b6c... (project web); give its id`; undefined: none has. */
export function ofOtherProjects(foreign: readonly ForeignObject[]): string | undefined {
  if (foreign.length === 0) return undefined;
  const ids = foreign.map(({ id, project }) => `${id} (project ${project})`).join(', ');
  if (foreign.length === 1) return `another project has one: ${ids}; give its id`;
  return `other projects have some: ${ids}; give the id of one of them`;
}
