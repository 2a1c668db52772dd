/**
 * A policy type tells what a spec of its kind may say and what it means. This file is what every type provides; `registry.ts` lists
 * the types there are. A policy decides nothing here: its checked value is read by the part that acts (health: `health/` and `recovery/`).
 *
 *     document --policy-document--> type, version, properties --check--> value, or issues with field, expected, found
 *
 * To check looks at nothing outside: no profile, no workflow engine, no clock. What only they can tell is a second check, made
 * when the policy is attached.
 */
import type { Issue } from '../domain/errors.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { SchemaEntry, SupportStatus } from '../domain/spec-schema.ts';
import type { ProfileType } from '../profiles/profile-type.ts';

/** What of the configuration a check has to know. */
export interface CheckSettings {
  /** Seconds; Senlin's `health_check_interval_min`. Ours is short, because processes of this machine are cheap to probe. */
  readonly healthCheckIntervalMin: number;
  /** Why Coppice does not connect to an address; absent where the configuration of the server is not known. */
  readonly objectionTo?: (address: string) => string | undefined;
}

export const defaultCheckSettings: CheckSettings = { healthCheckIntervalMin: 1 };

/** `warnings`: allowed, but probably not meant. */
export type PolicyCheck<T> =
  | { readonly ok: true; readonly value: T; readonly warnings: Issue[] }
  | { readonly ok: false; readonly issues: Issue[] };

export interface NamedWorkflow {
  /** Where it is named, from the top of the properties. */
  readonly field: string;
  readonly name: string;
  /** What it is made from where it does not exist; null: it has to be there. */
  readonly definition: string | null;
}

export interface PolicyType<T = unknown> {
  /** `senlin.policy.health` */
  readonly name: string;
  /** `1.3` */
  readonly version: string;
  readonly supportStatus: readonly SupportStatus[];
  /** Order in which policies of a cluster are asked: a smaller number first. */
  readonly priority: number;
  /** Whether a cluster can have one policy of this type only. */
  readonly singleton: boolean;
  /** The answer of `GET /v1/policy-types/{type}`. */
  readonly schema: Readonly<Record<string, SchemaEntry>>;
  /** JSON Schema of the whole document: type, version, properties. */
  readonly jsonSchema: JsonObject;

  /** Checks a spec's `properties`: all that is wrong, or what they mean. */
  check(properties: Json | undefined, settings?: CheckSettings): PolicyCheck<T>;

  /** What a profile cannot do that the policy asks for; asked when the policy is attached, and by `policy check --profile`. */
  checkAgainstProfile(
    value: T,
    profile: Pick<ProfileType, 'name' | 'version' | 'operations' | 'detectionModes'>,
  ): Issue[];

  /** The workflows that it names; absent: a type that names none. */
  workflows?(value: T): readonly NamedWorkflow[];

  /** The `data` of the binding, as Senlin shows it in `GET /v1/clusters/{id}/policies/{policy}`. */
  bindingData(value: T): JsonObject;
}
