/** The part `auth` of the configuration: who may call the API, and what each role may do. */
import { z } from 'zod';
import { knownRoles, type Role } from '../domain/model.ts';
import { rolesForRule, ruleNames, type RuleOverrides } from './access-rules.ts';
import type { StaticToken } from './static-tokens.ts';

export const authenticationWays = ['none', 'token', 'keystone'] as const;
export type AuthenticationWay = (typeof authenticationWays)[number];

const role = z.enum(knownRoles);

const tokenSchema = z.strictObject({
  /** By which people tell it from others. */
  name: z.string().min(1),
  /** Of the token: `coppice token create` makes both. */
  sha256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, '64 hexadecimal digits, as `coppice token create` prints them')
    .transform((digits) => digits.toLowerCase()),
  user: z.string().min(1),
  project: z.string().min(1),
  roles: z.array(role).min(1),
});

const keystoneSchema = z.strictObject({
  /** The entry of clouds.yaml with the service user; absent: OS_CLOUD, and without it the OS_ variables. */
  cloud: z.string().min(1).optional(),
  /** clouds.yaml; absent: OS_CLIENT_CONFIG_FILE, and without it the usual places. */
  file: z.string().min(1).optional(),
  /**
   * Seconds that a token counts as valid without asking Keystone again: so long may a token that was revoked,
   * or a role that was taken away, still work.
   */
  cache_seconds: z.number().min(0).max(3600).default(60),
  /** Keystone's names of roles that count as one of ours, beside the same name. */
  roles: z
    .strictObject({
      reader: z.array(z.string().min(1)).default([]),
      member: z.array(z.string().min(1)).default(['_member_', 'heat_stack_owner']),
      admin: z.array(z.string().min(1)).default([]),
    })
    .prefault({}),
});

const settings = z.strictObject({
  /**
   * `none`: every user of this machine may do everything, and no other may reach it; `token`: tokens of this
   * file; `keystone`: tokens of OpenStack's Keystone.
   */
  use: z.enum(authenticationWays).default('none'),
  tokens: z.array(tokenSchema).max(1000).default([]),
  keystone: keystoneSchema.prefault({}),
  /** Other roles for rules: `{clusters:delete: admin}`. docs/howto/authenticate.md lists the rules. */
  rules: z
    .strictObject(Object.fromEntries(ruleNames.map((name) => [name, z.enum(rolesForRule(name)).optional()])))
    .prefault({}),
});

/** `auth: token` is short for `auth: {use: token}`. */
export const authSchema = z.preprocess(
  (value) => (typeof value === 'string' ? { use: value } : value),
  settings.prefault({}),
);

export interface AuthSettings {
  readonly use: AuthenticationWay;
  readonly tokens: readonly StaticToken[];
  readonly keystone: KeystoneSettings;
  readonly rules: RuleOverrides;
}

export interface KeystoneSettings {
  readonly cloud: string | undefined;
  readonly file: string | undefined;
  readonly cacheMs: number;
  /** Ours, by Keystone's name. */
  readonly roles: ReadonlyMap<string, Role>;
}

export function toAuthSettings({ keystone, ...read }: z.infer<typeof settings>): AuthSettings {
  const { cloud, file, cache_seconds: seconds, roles } = keystone;
  const names = knownRoles.flatMap((one) => [one, ...roles[one]].map((name) => [name, one] as const));
  return {
    ...read,
    rules: read.rules,
    keystone: { cloud, file, cacheMs: seconds * 1000, roles: new Map(names) },
  };
}

/** @returns what is wrong with tokens that are each as they should be. */
export function tokenIssues({ use, tokens }: Pick<AuthSettings, 'use' | 'tokens'>): {
  readonly field: string;
  readonly expected: string;
  readonly found: string;
}[] {
  if (use === 'token' && tokens.length === 0)
    return [
      {
        field: 'auth.tokens',
        expected: 'a token at least, as `coppice token create` makes one',
        found: 'none',
      },
    ];
  return (['name', 'sha256'] as const).flatMap((key) =>
    tokens.flatMap((token, at) => {
      const first = tokens.findIndex((one) => one[key] === token[key]);
      if (first === at) return [];
      const field = `auth.tokens.${at}.${key}`;
      return [{ field, expected: 'one that no other token has', found: `that of auth.tokens.${first}` }];
    }),
  );
}
