/** Work in the cloud is done for the owner of each object: by the trust that this user has given. */
import { isOfThisMachine, type Session } from '../domain/session.ts';
import type { Credential } from './cloud-settings.ts';
import { createCloud, type Cloud, type Clouds } from './cloud.ts';
import { isStatus, type CloudError } from './cloud-error.ts';
import type { CloudSessionOptions } from './cloud-session.ts';

/** Where credentials of owners come from: `authentication/trusts.ts`. */
export interface OwnerCredentials {
  /** @throws CloudError where there is none. */
  credentialOf(owner: Session): Promise<Credential>;
  /** Keystone has refused it. @returns what to say of it. */
  drop(owner: Session, credential: Credential, reason: string): Promise<CloudError>;
}

export class OwnerClouds implements Clouds {
  readonly service: Cloud;
  readonly #credentials: () => OwnerCredentials;
  readonly #options: CloudSessionOptions;
  readonly #clouds = new Map<string, Cloud>();

  /** @param credentials are asked for when a token is needed first. */
  constructor(service: Cloud, credentials: () => OwnerCredentials, options: CloudSessionOptions) {
    this.service = service;
    this.#credentials = credentials;
    this.#options = options;
  }

  /** What was made without authentication was made with the service's own credential, and stays with it. */
  of(owner: Session): Cloud {
    if (isOfThisMachine(owner)) return this.service;
    const key = this.scopeOf(owner);
    const known = this.#clouds.get(key);
    if (known !== undefined) return known;
    const cloud = createCloud(this.#optionsFor(owner));
    this.#clouds.set(key, cloud);
    return cloud;
  }

  scopeOf(owner: Session): string {
    return isOfThisMachine(owner) ? 'service' : `${owner.user} ${owner.project}`;
  }

  #optionsFor(owner: Session): CloudSessionOptions {
    let current: Credential | undefined;
    return {
      ...this.#options,
      credential: async () => (current = await this.#credentials().credentialOf(owner)),
      refused: async (error) => {
        if (current === undefined || !isStatus(error, 401, 403, 404)) return error;
        return await this.#credentials().drop(owner, current, error.reason);
      },
    };
  }
}
