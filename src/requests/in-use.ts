/** What keeps an object from being deleted, for the user who is to change that. */

import type { UserOfObject } from '../domain/model.ts';
import { visibleProject, type Caller } from './request-tools.ts';

/** More of them are not read by a user. */
export const MOST_NAMED = 5;

/** An administrator may use what a project has in another one, whose names are none of its business. */
export function listUsers(users: readonly UserOfObject[], caller: Caller): string {
  const visible = visibleProject(caller);
  const names = users.map(({ kind, name, project }) =>
    visible === undefined || project === visible ? `${kind} ${name}` : `a ${kind} of another project`,
  );
  return listNames(names);
}

/** @param names one more than `MOST_NAMED` where there are more. */
export function listNames(names: readonly string[]): string {
  const more = names.length > MOST_NAMED ? ' and others' : '';
  return names.slice(0, MOST_NAMED).join(', ') + more;
}
