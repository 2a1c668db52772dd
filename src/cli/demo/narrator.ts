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
      /** What is hit: a node, a host, an API. */
      readonly target: string;
      /** The nodes that fail by it; may be none. */
      readonly nodes: readonly string[];
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
  /** Coppice cannot see these nodes. */
  | { readonly event: 'unknown'; readonly nodes: readonly string[]; readonly reason: string }
  /** Seen from outside of Coppice; `is_proof`: that a promise was kept. */
  | { readonly event: 'observed'; readonly what: string; readonly is_proof: boolean }
  | { readonly event: 'problem'; readonly message: string }
  | {
      readonly event: 'evidence';
      readonly workspace: string;
      readonly server_log: string;
      readonly data_directory: string;
      readonly others: readonly DemoFile[];
    };

export interface DemoFile {
  readonly path: string;
  /** What it is, in a few words. */
  readonly what: string;
}

export interface SuggestedCommand {
  readonly command: string;
  readonly what: string;
}

export interface Narrator {
  /** @param atMs since the demo began. */
  narrate(event: DemoEvent, atMs: number): void;
  /** The last word. `kept`: how to continue with what was left running. */
  end(summary: Summary, kept: Kept | undefined, atMs: number): void;
}

export interface Kept {
  readonly url: string;
  readonly workspace: string;
  readonly suggestions: readonly SuggestedCommand[];
}
