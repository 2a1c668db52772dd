/**
 * Services quote what they refuse: Nova answers with the password that is too long for it. What a profile
 * type says of a node is kept in plain text, and shown: so the secrets of the node's profile are cut out of
 * it.
 */
import { CoppiceError } from '../domain/errors.ts';
import { hideValues } from '../domain/hide-values.ts';
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';
import { hiddenValue } from '../domain/sealed.ts';
import { mapSecrets } from '../domain/secret-fields.ts';
import { plainProperties } from './plain-properties.ts';
import type { NodeFacts, Operation, ProfileType } from './profile-type.ts';

/** A shorter one would be cut out of words that have nothing to do with it. */
const SHORTEST = 4;

/** The type, with no secret of a profile in errors, verdicts and details of what reads it in plain text. */
export function hidingSecrets(type: ProfileType): ProfileType {
  const { surge, update, operations } = type;
  const guard = async <T>(
    node: NodeFacts,
    work: () => Promise<T>,
    given: readonly JsonObject[] = [],
  ): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof CoppiceError)) throw error;
      throw withoutSecrets(error, secretsIn(type, [plainOf(node), ...given]));
    }
  };
  const guarded = (operation: Operation): Operation => ({
    ...operation,
    run: (node, parameters, request) =>
      guard(node, () => operation.run(node, parameters, request), [parameters]),
  });
  return {
    ...type,
    ...(type.examine === undefined ? {} : { examine: examining(type) }),
    create: (node, request) => guard(node, () => type.create(node, request)),
    async probe(node, signal) {
      const verdict = await type.probe(node, signal);
      if (verdict.health === 'healthy') return verdict;
      return { ...verdict, reason: hideValues(verdict.reason, secretsIn(type, [plainOf(node)])) };
    },
    async details(node, signal) {
      // Without its key nothing is known of what to hide: this refuses.
      const plain = plainProperties(node);
      return detailsWithout(type, plain, await type.details(node, signal));
    },
    operations: Object.fromEntries(Object.entries(operations).map(([name, each]) => [name, guarded(each)])),
    ...(surge === undefined
      ? {}
      : {
          surge: {
            ...surge,
            create: (node, request) => guard(node, () => surge.create(node, request)),
          },
        }),
    ...(update === undefined
      ? {}
      : {
          update: {
            ...update,
            change: (node, to, change, request) =>
              guard(node, () => update.change(node, to, change, request), [to]),
          },
        }),
  };
}

/** Heat says what is wrong with a parameter of a template, and with which value. */
function examining(type: ProfileType): NonNullable<ProfileType['examine']> {
  return async (properties, region) => {
    const issues = (await type.examine?.(properties, region)) ?? [];
    const secrets = issues.length === 0 ? [] : secretsIn(type, [properties]);
    return issues.map((issue) => ({ ...issue, found: hideValues(issue.found, secrets) }));
  };
}

/** Nothing where its key is lost: then nothing of it was sent either. */
function plainOf(node: NodeFacts): JsonObject {
  try {
    return plainProperties(node);
  } catch (error) {
    if (error instanceof CoppiceError) return {};
    throw error;
  }
}

/**
 * Properties that are secret as a whole (the parameters of a stack) hold much that is none, and that an error
 * has to name: of those keys the values stay.
 */
const PLAIN_KEY = /name|flavor|image|network|subnet|zone|region|size|count|type|port|cidr|dns/i;

function secretsIn({ fields }: Pick<ProfileType, 'fields'>, documents: readonly JsonObject[]): string[] {
  const found = new Set<string>();
  const collect = (value: Json): void => {
    if (Array.isArray(value)) for (const each of value) collect(each as Json);
    else if (isJsonObject(value)) {
      for (const [key, each] of Object.entries(value)) if (!PLAIN_KEY.test(key)) collect(each);
    } else if (typeof value === 'string' || typeof value === 'number') {
      const text = String(value);
      if (text.length < SHORTEST) return;
      found.add(text);
      // As user data and files are sent.
      found.add(Buffer.from(text).toString('base64'));
    }
  };
  for (const document of documents)
    mapSecrets(fields, document, (secret) => {
      collect(secret);
      return secret;
    });
  return [...found];
}

/**
 * A cloud answers with what it was given (Heat with the parameters of a stack): under the name of a secret
 * property nothing of it is shown, however short, and elsewhere as in a sentence.
 */
function detailsWithout(
  type: Pick<ProfileType, 'fields'>,
  plain: JsonObject,
  details: JsonObject,
): JsonObject {
  const secrets = secretsIn(type, [plain]);
  const shown = withoutValues(details, secrets) as JsonObject;
  const hidden: Record<string, Json> = {};
  mapSecrets(type.fields, plain, (secret, path) => {
    const found = shown[path];
    if (found === undefined) return secret;
    hidden[path] =
      isJsonObject(found) && isJsonObject(secret)
        ? { ...found, ...Object.fromEntries(Object.keys(secret).map((key) => [key, hiddenValue])) }
        : hiddenValue;
    return secret;
  });
  return { ...shown, ...hidden };
}

function withoutValues(value: Json, secrets: readonly string[]): Json {
  if (typeof value === 'string') return hideValues(value, secrets);
  if (typeof value === 'number') return secrets.includes(String(value)) ? hiddenValue : value;
  if (Array.isArray(value)) return value.map((each: Json) => withoutValues(each, secrets));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutValues(each, secrets)]));
}

function withoutSecrets(error: CoppiceError, secrets: readonly string[]): CoppiceError {
  const message = hideValues(error.message, secrets);
  if (message === error.message) return error;
  const { code, retryable, details } = error;
  return new CoppiceError(code, message, { retryable, ...(details === undefined ? {} : { details }) });
}
