/**
 * Cases recorded from Mistral 15 (test/data/mistral-workflows): in each folder the definitions, `case.json`
 * (what to run, and what the driver does while it runs) and `expected.json` (what Mistral answered, and how
 * the execution looked at the end; ids, times and wordings taken out). `${HTTP}` stands for the base URL of a
 * little HTTP service with counters.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json, JsonObject } from '../../src/domain/json.ts';

const root = join(import.meta.dirname, '../data/mistral-workflows');

export interface CaseDefinition {
  readonly kind: 'workflow' | 'workbook' | 'action';
  readonly file: string;
  readonly namespace?: string;
}

export type CaseStep =
  | { readonly wait: string; readonly settle?: number }
  | { readonly wait_task: { readonly name: string; readonly state: string } }
  | { readonly set_state: string; readonly state_info?: string; readonly env?: JsonObject }
  | {
      readonly complete_action: {
        readonly task: string;
        readonly state: 'SUCCESS' | 'ERROR' | 'CANCELLED';
        readonly output?: JsonObject;
        readonly where?: JsonObject;
      };
    }
  | { readonly rerun_task: { readonly name: string; readonly reset?: boolean; readonly env?: JsonObject } }
  | { readonly sleep: number }
  | { readonly snapshot: string };

export interface CaseSpec {
  readonly title: string;
  readonly definitions: readonly CaseDefinition[];
  readonly workflow?: string;
  readonly namespace?: string;
  readonly input?: JsonObject | null;
  readonly params?: JsonObject | null;
  readonly environments?: readonly { readonly name: string; readonly variables: JsonObject }[];
  readonly steps?: readonly CaseStep[];
  readonly final?: string;
  readonly settle?: number;
  readonly min_seconds?: number;
  readonly max_seconds?: number;
  readonly ignore?: readonly string[];
}

export interface Case {
  readonly name: string;
  readonly spec: CaseSpec;
  readonly expected: JsonObject;
  readonly text: (file: string) => string;
}

export function loadCases(): Case[] {
  const names = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  return names.toSorted().map((name) => ({
    name,
    spec: readJson(name, 'case.json') as unknown as CaseSpec,
    expected: readJson(name, 'expected.json') as JsonObject,
    text: (file) => readFileSync(join(root, name, file), 'utf8'),
  }));
}

function readJson(name: string, file: string): Json {
  return JSON.parse(readFileSync(join(root, name, file), 'utf8')) as Json;
}
