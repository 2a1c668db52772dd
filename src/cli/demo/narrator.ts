/** What happens in the demo, one value each: written as text or as JSON, from the same values. */
import type { Summary } from './summary.ts';

export type DemoEvent =
  | { readonly event: 'starting'; readonly workspace: string }
  | { readonly event: 'server_ready'; readonly url: string; readonly pid: number }
  | { readonly event: 'cluster_ready'; readonly cluster: string; readonly nodes: readonly string[] }
  | {
      readonly event: 'failure';
      readonly number: number;
      readonly of: number;
      readonly node: string;
      readonly failure: string;
      readonly what: string;
    }
  | {
      readonly event: 'detected';
      readonly node: string;
      readonly class: string;
      readonly reason: string;
      readonly after_ms: number;
    }
  | { readonly event: 'decision'; readonly node: string; readonly decision: string; readonly reason: string }
  | {
      readonly event: 'step';
      readonly node: string;
      readonly step: string;
      readonly state: string;
      readonly reason: string;
      readonly took_ms: number | null;
    }
  | { readonly event: 'server_killed'; readonly pid: number; readonly during: string }
  | { readonly event: 'server_restarted'; readonly pid: number; readonly took_ms: number }
  | { readonly event: 'closed'; readonly node: string; readonly state: string; readonly after_ms: number }
  | { readonly event: 'problem'; readonly message: string }
  | {
      readonly event: 'evidence';
      readonly workspace: string;
      readonly server_log: string;
      readonly data_directory: string;
    };

export interface Narrator {
  /** @param atMs since the demo began. */
  narrate(event: DemoEvent, atMs: number): void;
  /** The last word. `kept`: how to continue with what was left running. */
  end(summary: Summary, kept: Kept | undefined, atMs: number): void;
}

export interface Kept {
  readonly url: string;
  readonly workspace: string;
  readonly aNode: { readonly name: string; readonly pid: number };
}
