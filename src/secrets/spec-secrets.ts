/**
 * The secrets of a spec, a profile's or a policy's: which they are, its type declares (`secret` of a field).
 *
 *     given by a user --sealSpec--> in the database, and in all that is read from it
 *                                     --openProperties--> for what needs them: creates, compares, checks
 *                                     --showSpec--> for an answer that shows the spec
 *
 * Only declared places are decrypted: what looks like an encrypted value elsewhere was written by the user.
 */
import { CoppiceError } from '../domain/errors.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Spec } from '../domain/model.ts';
import { isSealed, sealedText } from '../domain/sealed.ts';
import { mapSecrets } from '../domain/secret-fields.ts';
import type { Fields } from '../domain/spec-schema.ts';
import type { Opened, SecretBox } from '../store/secret-box.ts';

/** A profile type or a policy type. */
export interface DeclaringType {
  readonly fields: Fields;
}

export function sealSpec(secrets: SecretBox, { fields }: DeclaringType, spec: Spec): Spec {
  return withProperties(
    spec,
    mapSecrets(fields, spec.properties, (secret) => secrets.seal(secret)),
  );
}

/** Likewise a spec of the store, where what is encrypted already stays as it is. */
export function sealWhatIsPlain(secrets: SecretBox, { fields }: DeclaringType, spec: Spec): Spec {
  return withProperties(
    spec,
    mapSecrets(fields, spec.properties, (secret) => (isSealed(secret) ? secret : secrets.seal(secret))),
  );
}

/** What of a spec was encrypted with a key that is not here. */
export interface Unreadable {
  readonly path: string;
  /** Its id. */
  readonly key: string;
}

export function unreadableIn(secrets: SecretBox, { fields }: DeclaringType, spec: Spec): Unreadable[] {
  const unreadable: Unreadable[] = [];
  mapSecrets(fields, spec.properties, (secret, path) => {
    const text = sealedText(secret);
    const key = text === null ? null : secrets.missingKeyOf(text);
    if (key !== null) unreadable.push({ path, key });
    return secret;
  });
  return unreadable;
}

/**
 * @param of what it is, for the error.
 * @throws CoppiceError `operation-impossible` that says which property cannot be decrypted, and what to do.
 */
export function openProperties(
  secrets: SecretBox,
  { fields }: DeclaringType,
  properties: JsonObject,
  { kind, name }: { readonly kind: SecretKind; readonly name: string },
): JsonObject {
  return mapSecrets(fields, properties, (secret, path) => {
    const opened = open(secrets, secret);
    if (opened.ok) return opened.value;
    throw new CoppiceError(
      'operation-impossible',
      `The ${kind} ${name} cannot be used: its ${path} ${opened.problem}. ${remedyFor(kind)}`,
    );
  });
}

/** To compare them: what cannot be decrypted stays as it is, and is equal to nothing. */
export function openWhatCanBe(
  secrets: SecretBox,
  { fields }: DeclaringType,
  properties: JsonObject,
): JsonObject {
  return mapSecrets(fields, properties, (secret) => {
    const opened = open(secrets, secret);
    return opened.ok ? opened.value : secret;
  });
}

/**
 * As it was written, for an answer. What cannot be decrypted is null, which no spec may have: nothing is made
 * of such a spec by mistake.
 */
export function showSpec(secrets: SecretBox, { fields }: DeclaringType, spec: Spec): Spec {
  return withProperties(
    spec,
    mapSecrets(fields, spec.properties, (secret) => {
      const opened = open(secrets, secret);
      return opened.ok ? opened.value : null;
    }),
  );
}

export type SecretKind = 'profile' | 'policy';

const insteadOf: Readonly<Record<SecretKind, string>> = {
  profile:
    'create a new profile and give it to what has this one (coppice cluster update CLUSTER --profile NEW)',
  policy:
    'create a new policy and attach it in place of this one (coppice cluster policy-attach CLUSTER POLICY)',
};

/** What helps where a key is lost, as a sentence without its full stop. */
export function remedyFor(...kinds: readonly SecretKind[]): string {
  const others = kinds.map((kind) => insteadOf[kind]).join('; ');
  return `Put that key back as a further line of the key file and start Coppice again, or ${others}`;
}

/** What is not encrypted was written before secrets were, and is what it is. */
function open(secrets: SecretBox, secret: Json): Opened {
  const text = sealedText(secret);
  return text === null ? { ok: true, value: secret } : secrets.open(text);
}

function withProperties(spec: Spec, properties: JsonObject): Spec {
  return properties === spec.properties ? spec : { ...spec, properties };
}
