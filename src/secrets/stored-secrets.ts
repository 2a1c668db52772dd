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
import type { PolicyType } from '../policies/policy-type.ts';
import { findPolicyType } from '../policies/registry.ts';
import type { ProfileTypes } from '../profiles/registry.ts';
import { count } from '../recovery/describe.ts';
import { eraseRemains, erasureByHand, isErasureDue, markErased, markErasureDue } from '../store/erasure.ts';
import { sealHookUrls } from '../store/hook-urls.ts';
import { policiesAfter, replacePolicySpec } from '../store/policies.ts';
import { profilesAfter, replaceProfileSpec } from '../store/profiles.ts';
import type { Db, Store, Tx } from '../store/store.ts';
import { LostKeys, type LostSpec } from './lost-keys.ts';
import { sealWhatIsPlain, unreadableIn, type DeclaringType, type SecretKind } from './spec-secrets.ts';

/** Rows that are read, and encrypted in one transaction. */
const AT_ONCE = 200;

export interface StoredSecretsOptions {
  readonly store: Store;
  /** All of this program, also those that are not offered. */
  readonly profileTypes: ProfileTypes;
  readonly policyTypes: readonly PolicyType[];
  readonly log: {
    info(details: object, message: string): void;
    warn(details: object, message: string): void;
  };
}

/** A row of a profile or of a policy. */
type Row = Pick<Profile, 'id' | 'name' | 'type' | 'spec'>;

interface Kind {
  readonly kind: SecretKind;
  readonly plural: string;
  readonly after: (db: Db, id: string, limit: number) => Promise<readonly Row[]>;
  readonly replace: (tx: Tx, row: Pick<Row, 'id' | 'spec'>) => Promise<void>;
  /** undefined: it is not known what is secret. */
  readonly typeOf: (name: string) => DeclaringType | undefined;
}

/** Before anything else reads or writes what is encrypted. */
export async function protectStoredSecrets(options: StoredSecretsOptions): Promise<LostKeys> {
  const { store, profileTypes, policyTypes, log } = options;
  const kinds: readonly Kind[] = [
    {
      kind: 'profile',
      plural: 'profiles',
      after: profilesAfter,
      replace: replaceProfileSpec,
      typeOf: (name) => profileTypes.find(name),
    },
    {
      kind: 'policy',
      plural: 'policies',
      after: policiesAfter,
      replace: replacePolicySpec,
      typeOf: (name) => findPolicyType(name, policyTypes),
    },
  ];
  const lost: LostSpec[] = [];
  for (const kind of kinds) {
    const sealed = await protectRows(store, kind, lost);
    const counted = count(sealed, kind.kind, kind.plural);
    if (sealed > 0) log.info({}, `Secrets of ${counted} are encrypted from now on.`);
  }
  await erase(options);
  return new LostKeys(store.db, lost);
}

/** @returns how many of them had secrets in plain text. */
async function protectRows(store: Store, kind: Kind, lost: LostSpec[]): Promise<number> {
  let sealed = 0;
  let last = '';
  for (;;) {
    const rows = await kind.after(store.db, last, AT_ONCE);
    if (rows.length === 0) return sealed;
    const plain = rows.flatMap((row) => sealedRow(store, kind, row) ?? []);
    if (plain.length > 0) await replace(store, kind, plain);
    sealed += plain.length;
    lost.push(...rows.flatMap((row) => lostSpec(store, kind, row) ?? []));
    last = rows.at(-1)?.id ?? '';
  }
}

/** undefined: there is nothing to encrypt. */
function sealedRow({ secrets }: Store, kind: Kind, row: Row): Row | undefined {
  const type = kind.typeOf(row.type);
  const spec = type && sealWhatIsPlain(secrets, type, row.spec);
  return spec === undefined || spec === row.spec ? undefined : { ...row, spec };
}

async function replace(store: Store, kind: Kind, rows: readonly Row[]): Promise<void> {
  await store.write(async (tx) => {
    await markErasureDue(tx);
    for (const row of rows) await kind.replace(tx, row);
  });
}

function lostSpec(
  { secrets }: Store,
  { kind, typeOf }: Kind,
  { id, name, type, spec }: Row,
): LostSpec | undefined {
  const declaring = typeOf(type);
  const unreadable = declaring === undefined ? [] : unreadableIn(secrets, declaring, spec);
  return unreadable.length === 0 ? undefined : { kind, id, name, secrets: unreadable };
}

async function erase({ store, log }: StoredSecretsOptions): Promise<void> {
  if (!(await isErasureDue(store.db))) return;
  await sealHookUrls(store);
  const reason = eraseRemains(store.location);
  if (reason !== null) {
    const what = 'The database may still hold secrets in plain text, where there were some before';
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
