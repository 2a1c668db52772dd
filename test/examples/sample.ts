/** A sample of examples/ with workflows, adapted for the test: addresses of the stand-ins, short waits. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { JsonObject } from '../../src/domain/json.ts';

export const examplesFolder = join(import.meta.dirname, '../../examples');
const more = readdirSync(join(examplesFolder, 'workflows')).map(
  (name) => [name, `workflows/${name}`] as const,
);
/** By name: where it is in `examples`. */
export const samples: ReadonlyMap<string, string> = new Map([['evacuate-host', 'evacuate-host'], ...more]);

/** The addresses of the external services in the samples. */
export type Addresses = Readonly<Record<string, string>>;

export interface Sample {
  /** null: the policy contains them itself. */
  readonly workflows: string | null;
  readonly policy: { readonly type: string; readonly version: string; readonly properties: JsonObject };
}

/** @param file of the workflows, where the sample has several. */
export function readSample(name: string, addresses: Addresses = {}, file = 'workflow.yaml'): Sample {
  const [workflows, policy] = [read(name, file), read(name, 'policy.yaml')];
  for (const address of Object.keys(addresses)) {
    if (!(policy + workflows).includes(address)) throw new Error(`${name} does not name ${address}`);
  }
  return {
    workflows: withoutWaits(adapt(workflows, addresses)),
    policy: parse(adapt(policy, addresses)) as Sample['policy'],
  };
}

/** @throws Error where there is no such sample. */
export function sampleFolder(name: string): string {
  const path = samples.get(name);
  if (path === undefined) throw new Error(`there is no sample ${name}`);
  return join(examplesFolder, path);
}

export function read(name: string, file: string): string {
  return readFileSync(join(sampleFolder(name), file), 'utf8');
}

function adapt(text: string, addresses: Addresses): string {
  return Object.entries(addresses).reduce((adapted, [from, to]) => adapted.replaceAll(from, to), text);
}

/** Replaces waits of seconds, which would slow the test down. */
function withoutWaits(text: string): string {
  return text
    .replaceAll(/- (wait|retry)_seconds: \d+/g, '- $1_seconds: 0')
    .replaceAll(/- wait_times: \d+/g, '- wait_times: 5')
    .replaceAll(/delay: \d+/g, 'delay: 0');
}
