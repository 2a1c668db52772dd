/** What secret properties are called, whatever type they are of: what the log cuts out by its name. */
import { secretPaths } from '../domain/secret-fields.ts';
import { fields as ofProcesses } from './local-process/spec.ts';
import { fields as ofServers } from './os-nova-server/spec.ts';
import { fields as ofStacks } from './os-heat-stack/spec.ts';

export const secretPropertyNames: readonly string[] = [
  ...new Set(
    [ofProcesses, ofServers, ofStacks]
      .flatMap((fields) => secretPaths(fields))
      .map((path) => path.split('.').at(-1) ?? path),
  ),
];
