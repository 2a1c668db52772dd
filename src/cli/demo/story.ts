/**
 * What a demo shows. The engine (run-demo.ts) is the same for every story: it starts Coppice, makes the
 * story's cluster, plays its scenes one after another, and proves at the end that all went as promised.
 */
import type { Schemas } from '../../client/api-types.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { DemoEvent, DemoFile, SuggestedCommand } from './narrator.ts';
import type { DemoNode } from './demo-node.ts';
import type { ServeSettings, Stage } from './stage.ts';
import type { DemoRecovery } from './summary.ts';

export interface Story {
  /** `real servers, real failures, really recovered` */
  readonly headline: string;
  /** What is typed to see it: `coppice demo cloud`. */
  readonly command: string;
  /** Files of this copy of Coppice to look into afterwards, from its root. */
  readonly readMore: readonly DemoFile[];
  /** What it leaves in a workspace besides Coppice's own log and data. */
  evidence(workspace: string): readonly DemoFile[];
  /** Starts what the cluster lives in; every process of it has the workspace in its arguments. */
  open(workspace: string, signal: AbortSignal): Promise<Surroundings>;
}

/** A story that was opened: the world around Coppice. */
export interface Surroundings {
  readonly serve: ServeSettings;
  cluster(): Promise<DemoClusterSpec>;
  readonly scenes: readonly Scene[];
  /** Whether the node works, as one of its users sees it and not by what Coppice says. */
  answers(node: DemoNode): Promise<boolean>;
  /** Is called again for a while where there are problems: states settle a moment after a recovery. */
  prove(records: Records): Promise<Proof>;
  /** What can be tried on a demo that was left running. */
  suggestions(nodes: readonly DemoNode[]): Promise<readonly SuggestedCommand[]>;
  /** Writes down what only its processes know, before they are ended: for a demo that failed. */
  saveEvidence(): Promise<void>;
}

export interface DemoClusterSpec {
  readonly size: number;
  readonly profile: JsonObject;
  readonly policy: JsonObject;
  /** Workflow documents that the policy names. */
  readonly workflows: readonly string[];
}

/** One thing that goes wrong. */
export interface Scene {
  /** In one word or two, for the table. */
  readonly name: string;
  /** @throws CliError where something does not go as promised. */
  play(context: SceneContext): Promise<void>;
}

/** What a scene is played with. */
export interface SceneContext {
  readonly stage: Stage;
  /** As they are at its begin, by name: all of them healthy. */
  readonly nodes: readonly DemoNode[];
  /** Of this and all scenes before: scenes add what they saw. */
  readonly recoveries: DemoRecovery[];
  readonly signal: AbortSignal;
  readonly narrate: (event: DemoEvent) => void;
  /** Announces what goes wrong; `nodes` are those that it hits. */
  announce(failure: {
    readonly target: string;
    readonly what: string;
    readonly nodes: readonly DemoNode[];
  }): void;
}

/** What Coppice has recorded. */
export interface Records {
  /** All recoveries of the cluster, with their steps. */
  readonly recoveries: readonly Schemas['Recovery'][];
  readonly nodes: readonly (DemoNode & { readonly answers: boolean })[];
  /** Name of the node of each recovery, by the recovery's id. */
  readonly nodeOf: ReadonlyMap<string, string>;
}

/** From what happened outside of Coppice. */
export interface Proof {
  /** Every sentence is a reason to fail. */
  readonly problems: readonly string[];
  /** What is certain where there is no problem. */
  readonly proven: readonly string[];
}
