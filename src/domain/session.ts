/** For whom an operation is carried out. */
import type { Owner } from './model.ts';

/**
 * The user and project that own the object which is worked on: requests to a cloud or a workflow service
 * are made in their name and with their rights. It holds no token: a driver gets one from the
 * credential that is kept for this user and project.
 */
export type Session = Owner;

/** Of everything that is made where there are no users: `auth: none`. */
export const localOwner: Owner = { project: 'local', user: 'local', domain: null };

export function isOfThisMachine({ project, user }: Owner): boolean {
  return project === localOwner.project && user === localOwner.user;
}

/** The owner's part of an object or a caller. */
export function ownerOf({ project, user, domain }: Owner): Session {
  return { project, user, domain };
}
