/**
 * Exchanges with a real Senlin 14 (Debian 12, its fake cloud): one of every endpoint, and of what it refuses.
 * `test/data/senlin-recorded.json` has them in the order in which they were made; ids are the recording's.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../src/domain/json.ts';

export type RecordedCaller = 'admin' | 'member of another project' | 'anonymous';

export interface RecordedExchange {
  readonly name: string;
  readonly section: string;
  readonly note?: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    /** The header `OpenStack-API-Version`; null: it was not sent. */
    readonly microversion: string | null;
    readonly headers?: Readonly<Record<string, string>>;
    /** Absent: an administrator of one project. */
    readonly caller?: RecordedCaller;
    readonly body?: Json;
    /** A body that is no JSON. */
    readonly text?: string;
  };
  readonly answer: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: Json;
    /** In the shape of all errors. */
    readonly error?: { readonly type: string; readonly message: string };
    readonly text?: string;
    /** The body was too long for the recording. */
    readonly abridged?: true;
  };
  /** How the action ended that was started. */
  readonly ends?: { readonly status: string; readonly reason: string };
}

const file = join(import.meta.dirname, '../data/senlin-recorded.json');

export const recordedExchanges = JSON.parse(readFileSync(file, 'utf8')) as readonly RecordedExchange[];
