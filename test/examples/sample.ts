/** A sample of examples/workflows, adapted for the test: addresses of the stand-ins, short waits. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { JsonObject } from '../../src/domain/json.ts';

export const samplesFolder = join(import.meta.dirname, '../../examples/workflows');
export const sampleNames = readdirSync(samplesFolder).toSorted();

/** The addresses of the external services in the samples. */
export type Addresses = Readonly<Record<string, string>>;

export interface Sample {
  /** null: the policy contains them itself. */
  readonly workflows: string | null;
  readonly policy: { readonly type: string; readonly version: string; readonly properties: JsonObject };
}

export function readSample(name: string, addresses: Addresses = {}): Sample {
  const [workflows, policy] = [read(name, 'workflow.yaml'), read(name, 'policy.yaml')];
  for (const address of Object.keys(addresses)) {
    if (!policy.includes(address)) throw new Error(`the policy of ${name} does not name ${address}`);
  }
  return {
    workflows: withoutWaits(adapt(workflows, addresses)),
    policy: parse(adapt(policy, addresses)) as Sample['policy'],
  };
}

export function read(name: string, file: string): string {
  return readFileSync(join(samplesFolder, name, file), 'utf8');
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
