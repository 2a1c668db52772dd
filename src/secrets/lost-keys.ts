/** Profiles and policies whose secrets were encrypted with a key that this Coppice does not have. */
import { count } from '../recovery/describe.ts';
import { policyNames } from '../store/policies.ts';
import { profileNames } from '../store/profiles.ts';
import type { Db } from '../store/store.ts';
import { remedyFor, type SecretKind, type Unreadable } from './spec-secrets.ts';

export interface LostSpec {
  readonly kind: SecretKind;
  readonly id: string;
  readonly name: string;
  readonly secrets: readonly Unreadable[];
}

/** As of the start: a key is neither found nor lost later. */
export class LostKeys {
  readonly #db: Db;
  readonly #specs: readonly LostSpec[];

  constructor(db: Db, specs: readonly LostSpec[]) {
    this.#db = db;
    this.#specs = specs;
  }

  /** `The profile web cannot be used: its env was encrypted with ...`, of each. */
  sentences(): string[] {
    return this.#specs.map(({ kind, name, secrets }) => {
      const paths = secrets.map(({ path }) => path).join(', ');
      const verb = secrets.length === 1 ? 'was' : 'were';
      return `The ${kind} ${name} cannot be used: its ${paths} ${verb} ${withKeys(secrets)}. ${remedyFor(kind)}.`;
    });
  }

  /** What all users may know, without names; undefined: none of them is there any more. */
  async warning(): Promise<string | undefined> {
    if (this.#specs.length === 0) return undefined;
    const ids = this.#specs.map(({ id }) => id);
    const [profiles, policies] = [await profileNames(this.#db, ids), await policyNames(this.#db, ids)];
    const left = this.#specs.filter(({ id }) => profiles.has(id) || policies.has(id));
    if (left.length === 0) return undefined;
    const counted = [
      ...(profiles.size === 0 ? [] : [count(profiles.size, 'profile')]),
      ...(policies.size === 0 ? [] : [count(policies.size, 'policy', 'policies')]),
    ].join(' and ');
    const secrets = left.flatMap((spec) => spec.secrets);
    return `${counted}, which the log names, cannot be used: secrets were ${withKeys(secrets)}. ${remedyFor(...new Set(left.map(({ kind }) => kind)))}.`;
  }
}

function withKeys(secrets: readonly Unreadable[]): string {
  const keys = [...new Set(secrets.map(({ key }) => key))];
  const named = keys.length === 1 ? `the key ${keys[0]}` : `the keys ${keys.join(', ')}`;
  return `encrypted with ${named}, which this Coppice does not have`;
}
