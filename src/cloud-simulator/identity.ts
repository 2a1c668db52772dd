/** Users, projects, credentials and tokens of the simulated cloud. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { SimulatorError } from './api-error.ts';

export interface Project {
  readonly id: string;
  readonly name: string;
}

export interface User {
  readonly id: string;
  readonly name: string;
  readonly password: string;
  readonly roles: readonly string[];
  readonly projects: readonly string[];
}

export interface TokenRecord {
  readonly user: User;
  readonly project: Project | null;
  readonly roles: readonly string[];
  readonly method: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly trust?: SimulatedTrust;
  /** Of the method application_credential. */
  readonly credential?: ApplicationCredential;
}

export interface ApplicationCredential {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly userId: string;
  readonly projectId: string;
  readonly secretHash: string;
  readonly roles: readonly string[];
  readonly expiresAt: number | null;
}

export interface SimulatedTrust {
  readonly id: string;
  readonly trustorId: string;
  readonly trusteeId: string;
  readonly projectId: string;
  readonly roles: readonly string[];
  readonly impersonation: boolean;
  /** How often it can be given on. */
  readonly redelegations: number;
}

export class IdentityStore {
  readonly projects = new Map<string, Project>();
  readonly users = new Map<string, User>();
  readonly applicationCredentials = new Map<string, ApplicationCredential>();
  readonly trusts = new Map<string, SimulatedTrust>();
  readonly #tokens = new Map<string, TokenRecord>();
  readonly #now: () => number;
  readonly #lifeMs: () => number;

  /** @param lifeMs how long a new token lives. */
  constructor(now: () => number, lifeMs: () => number) {
    this.#now = now;
    this.#lifeMs = lifeMs;
  }

  addProject(name: string, id: string = newId()): Project {
    const project = { id, name };
    this.projects.set(id, project);
    return project;
  }

  addUser(user: Omit<User, 'id'>, id: string = newId()): User {
    const added = { ...user, id };
    this.users.set(id, added);
    return added;
  }

  /** In place of the user of this name, whose id stays: a change of roles revokes tokens, as in Keystone. */
  putUser(user: Omit<User, 'id'>): User {
    const known = this.findByName(this.users, user.name);
    if (known !== undefined) this.#revokeOf(known.id);
    return this.addUser(user, known?.id);
  }

  /** Its tokens go with it. */
  removeUser(id: string): void {
    this.users.delete(id);
    this.#revokeOf(id);
  }

  #revokeOf(userId: string): void {
    this.#revokeWhere(({ user, trust }) => user.id === userId || trust?.trustorId === userId);
  }

  issue(token: Omit<TokenRecord, 'issuedAt' | 'expiresAt'>, until = Infinity): string {
    const now = this.#now();
    this.#dropExpired(now);
    const id = `gAAAAA${randomBytes(90).toString('base64url')}`;
    this.#tokens.set(id, { ...token, issuedAt: now, expiresAt: Math.min(now + this.#lifeMs(), until) });
    return id;
  }

  /** @returns undefined for one that is unknown, revoked or expired. */
  find(id: string | undefined): TokenRecord | undefined {
    const token = this.#tokens.get(id ?? '');
    return token !== undefined && this.#now() < token.expiresAt ? token : undefined;
  }

  revoke(id: string): void {
    this.#tokens.delete(id);
  }

  revokeAll(): void {
    this.#tokens.clear();
  }

  addApplicationCredential(
    credential: Omit<ApplicationCredential, 'id' | 'secretHash'>,
    secret: string,
  ): ApplicationCredential {
    for (const { userId, name } of this.applicationCredentials.values())
      if (userId === credential.userId && name === credential.name)
        throw new SimulatorError(
          409,
          `Conflict occurred attempting to store application_credential - Duplicate entry found with name ${name}.`,
        );
    const added = { ...credential, id: newId(), secretHash: hashOf(secret) };
    this.applicationCredentials.set(added.id, added);
    return added;
  }

  /** Its tokens go with it. */
  removeApplicationCredential(id: string): void {
    this.applicationCredentials.delete(id);
    this.#revokeWhere(({ credential }) => credential?.id === id);
  }

  /** Its tokens go with it. */
  removeTrust(id: string): void {
    this.trusts.delete(id);
    this.#revokeWhere(({ trust }) => trust?.id === id);
  }

  #revokeWhere(matches: (token: TokenRecord) => boolean): void {
    for (const [id, token] of this.#tokens) if (matches(token)) this.#tokens.delete(id);
  }

  findByName<T extends { readonly name: string }>(map: ReadonlyMap<string, T>, name: string): T | undefined {
    for (const one of map.values()) if (one.name === name) return one;
    return undefined;
  }

  #dropExpired(now: number): void {
    if (this.#tokens.size < 1000) return;
    for (const [id, { expiresAt }] of this.#tokens) if (expiresAt <= now) this.#tokens.delete(id);
  }
}

/** Keystone's ids have no dashes. */
export function newId(): string {
  return randomUUID().replaceAll('-', '');
}

export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
