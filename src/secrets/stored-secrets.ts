/**
 * The secrets that the database has at the start. What is there in plain text, from an earlier version or
 * because a type declares more of its properties as secret than before, is encrypted; then the file is
 * rebuilt without it. What was encrypted with a key that is lost is found (`lost-keys.ts`).
 *
 *     encrypt a portion of rows, and note that an erasure is due     a transaction each
 *     erase, then note that it is done
 *
 * Killed anywhere, the next start does what is left.
 */
import type { Profile } from '../domain/model.ts';
import type { ProfileTypes } from '../profiles/registry.ts';
import { count } from '../recovery/describe.ts';
import { eraseRemains, erasureByHand, isErasureDue, markErased, markErasureDue } from '../store/erasure.ts';
import { profilesAfter, replaceProfileSpec } from '../store/profiles.ts';
import type { Store } from '../store/store.ts';
import { LostKeys, type LostProfile } from './lost-keys.ts';
import { sealWhatIsPlain, unreadableIn } from './spec-secrets.ts';

/** Rows that are read, and encrypted in one transaction. */
const AT_ONCE = 200;

export interface StoredSecretsOptions {
  readonly store: Store;
  /** All of this program, also those that are not offered. */
  readonly profileTypes: ProfileTypes;
  readonly log: {
    info(details: object, message: string): void;
    warn(details: object, message: string): void;
  };
}

/** Before anything else reads or writes what is encrypted. */
export async function protectStoredSecrets(options: StoredSecretsOptions): Promise<LostKeys> {
  const { store, log } = options;
  const lost: LostProfile[] = [];
  let sealed = 0;
  for await (const profiles of portions(store)) {
    const plain = profiles.flatMap((profile) => sealedProfile(options, profile) ?? []);
    if (plain.length > 0) await replace(store, plain);
    sealed += plain.length;
    lost.push(...profiles.flatMap((profile) => lostProfile(options, profile) ?? []));
  }
  if (sealed > 0) log.info({}, `The secrets of ${count(sealed, 'profile')} are encrypted from now on.`);
  await erase(options);
  return new LostKeys(store.db, lost);
}

async function* portions({ db }: Store): AsyncGenerator<readonly Profile[]> {
  let last = '';
  for (;;) {
    const profiles = await profilesAfter(db, last, AT_ONCE);
    if (profiles.length === 0) return;
    yield profiles;
    last = profiles.at(-1)?.id ?? '';
  }
}

/** undefined: there is nothing to encrypt, or it is not known what is secret. */
function sealedProfile({ store, profileTypes }: StoredSecretsOptions, profile: Profile): Profile | undefined {
  const type = profileTypes.find(profile.type);
  const spec = type && sealWhatIsPlain(store.secrets, type, profile.spec);
  return spec === undefined || spec === profile.spec ? undefined : { ...profile, spec };
}

async function replace(store: Store, profiles: readonly Profile[]): Promise<void> {
  await store.write(async (tx) => {
    await markErasureDue(tx);
    for (const profile of profiles) await replaceProfileSpec(tx, profile);
  });
}

function lostProfile(
  { store, profileTypes }: StoredSecretsOptions,
  profile: Profile,
): LostProfile | undefined {
  const type = profileTypes.find(profile.type);
  const secrets = type === undefined ? [] : unreadableIn(store.secrets, type, profile.spec);
  return secrets.length === 0 ? undefined : { id: profile.id, name: profile.name, secrets };
}

async function erase({ store, log }: StoredSecretsOptions): Promise<void> {
  if (!(await isErasureDue(store.db))) return;
  const reason = eraseRemains(store.location);
  if (reason !== null) {
    const what =
      'The database may still hold secrets of profiles in plain text, where there were some before';
    const sentence = `${what}: it was not rebuilt, because ${reason}. Stop Coppice, and run: ${erasureByHand(store.location)}`;
    log.warn({ database: store.location }, sentence);
    return;
  }
  await store.write(markErased);
  log.info(
    { database: store.location },
    'The database was rebuilt without remains of what was not encrypted. Backups from before still have it.',
  );
}
