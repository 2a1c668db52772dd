/** Profiles whose secrets were encrypted with a key that this Coppice does not have, as of its start. */
import { count } from '../recovery/describe.ts';
import { profileNames } from '../store/profiles.ts';
import type { Db } from '../store/store.ts';
import { REMEDY, type Unreadable } from './spec-secrets.ts';

export interface LostProfile {
  readonly id: string;
  readonly name: string;
  readonly secrets: readonly Unreadable[];
}

export class LostKeys {
  readonly #db: Db;
  readonly profiles: readonly LostProfile[];

  constructor(db: Db, profiles: readonly LostProfile[]) {
    this.#db = db;
    this.profiles = profiles;
  }

  /** `The profile web cannot be used: its env was encrypted with ...`, of each. */
  sentences(): string[] {
    return this.profiles.map(({ name, secrets }) => {
      const paths = secrets.map(({ path }) => path).join(', ');
      const verb = secrets.length === 1 ? 'was' : 'were';
      return `The profile ${name} cannot be used: its ${paths} ${verb} ${withKeys(secrets)}. ${REMEDY}.`;
    });
  }

  /** What all users may know, without names; undefined: there are none any more. */
  async warning(): Promise<string | undefined> {
    if (this.profiles.length === 0) return undefined;
    const ids = this.profiles.map(({ id }) => id);
    const there = await profileNames(this.#db, ids);
    const left = this.profiles.filter(({ id }) => there.has(id));
    if (left.length === 0) return undefined;
    const secrets = left.flatMap((profile) => profile.secrets);
    return `Nothing can be created from ${count(left.length, 'profile')}, which the log names: secrets were ${withKeys(secrets)}. ${REMEDY}.`;
  }
}

function withKeys(secrets: readonly Unreadable[]): string {
  const keys = [...new Set(secrets.map(({ key }) => key))];
  const named = keys.length === 1 ? `the key ${keys[0]}` : `the keys ${keys.join(', ')}`;
  return `encrypted with ${named}, which this Coppice does not have`;
}
