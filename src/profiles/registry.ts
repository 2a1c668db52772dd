/**
 * The profile types there are. Adding one is adding a file and a line to the list
 * (docs/howto/add-a-profile-type.md).
 */
import type { Clouds } from '../openstack/cloud.ts';
import type { NotificationConsumer } from '../openstack/notifications/consumer.ts';
import { LOCAL_PROCESS, localProcess } from './local-process/local-process.ts';
import { heatStack } from './os-heat-stack/os-heat-stack.ts';
import { novaServer } from './os-nova-server/os-nova-server.ts';
import { typeName } from './profile-type.ts';
import type { ProfileType } from './profile-type.ts';

export interface ProfileTypes {
  /** In the order of the list. */
  readonly all: readonly ProfileType[];
  /** By its full name, `local.process-1.0`. */
  find(typeAndVersion: string): ProfileType | undefined;
  /** Why a type that the program has is not offered, and what to do; undefined: it has none of this name. */
  whyNotOffered?(typeAndVersion: string): string | undefined;
}

export interface ProfileTypeTools {
  /** Where types that keep files may keep them. */
  readonly dataDir: string;
  /** undefined: there is no cloud. */
  readonly clouds?: Clouds | undefined;
  /** undefined: the cloud does not say what happens in it. */
  readonly notifications?: Pick<NotificationConsumer, 'subscribe'> | undefined;
}

/** The types of this program. */
export function profileTypes({ dataDir, clouds, notifications }: ProfileTypeTools): ProfileTypes {
  const cloud = { clouds, notifications };
  return registryOf([localProcess({ dataDir }), novaServer(cloud), heatStack(cloud)]);
}

/** Those that do not run on the machine of the server. */
export function withoutLocalProcesses({ all }: ProfileTypes): ProfileTypes {
  return {
    ...registryOf(all.filter(({ name }) => name !== LOCAL_PROCESS)),
    whyNotOffered: (name) =>
      all.some((type) => type.name === LOCAL_PROCESS && typeName(type) === name)
        ? 'where users authenticate it is offered only with local_processes: true in the configuration of the server, on whose machine its programs run'
        : undefined,
  };
}

/** @throws Error where two types have the same name and version: the program must not start with them. */
export function registryOf(types: readonly ProfileType[]): ProfileTypes {
  const byName = new Map<string, ProfileType>();
  for (const type of types) {
    const name = typeName(type);
    if (byName.has(name)) throw new Error(`two profile types are called ${name}`);
    byName.set(name, type);
  }
  return { all: [...byName.values()], find: (name) => byName.get(name) };
}
