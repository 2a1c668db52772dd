/**
 * What the contract test of profile types needs of each type: the outside in which its nodes live, seen and
 * disturbed without Coppice.
 */
import type { Json, JsonObject } from '../../src/domain/json.ts';
import type { NodeFacts, ProfileType } from '../../src/profiles/profile-type.ts';

export interface ContractWorld {
  /** The type as one Coppice has it: each call is another one, which remembers nothing. */
  coppice(): ProfileType;
  /** One that was not created yet. @param properties beside those that it needs. */
  node(properties?: JsonObject): NodeFacts;
  /** A node whose creation begins and fails, and the outside's own reason. */
  failing(): { readonly node: NodeFacts; readonly reason: RegExp };
  /** A node that cannot be created, however often it is tried, and why. */
  impossible(): { readonly node: NodeFacts; readonly reason: RegExp };
  /** The physical ids of what is there of a node. */
  existing(node: NodeFacts): readonly string[];
  /** Whether what it has, or had, is still there, stopped or not: its server, or its directory. */
  isThere(node: NodeFacts): Promise<boolean>;
  /** How often something was made or changed for a node; not counting removals. */
  changes(node: NodeFacts): number;
  /** Whether the outside is still at work on a node. */
  isAtWork(node: NodeFacts): boolean;
  /**
   * Coppice is killed after the outside has begun the creation and before Coppice hears of it. Resolves when
   * that Coppice does nothing any more.
   */
  createAndCrash(node: NodeFacts, key: string): Promise<void>;
  /** The next such request is carried out, and its answer is lost. */
  loseAnswer(operation: OperationName): void;
  /** From now on what the outside does takes a while. */
  slowDown(): void;
  /** The node's thing is ended or deleted, and not by Coppice. */
  lose(node: NodeFacts): Promise<void>;
  /** From now on the outside cannot be asked. */
  hide(): void;
  close(): Promise<void>;
}

export type OperationName = 'create' | 'remove' | 'reboot';

export interface ContractSubject {
  /** `local.process` */
  readonly name: string;
  open(): Promise<ContractWorld>;
  /** What the type can do, of what not every type can. */
  readonly hasReboot: boolean;
  /** What a node of it that was stopped is seen as; null: what has failed cannot be kept. */
  readonly seenStopped: string | null;
  /** Which requests have an answer that can be lost. */
  readonly answered: readonly OperationName[];
  /** Properties that are refused, behind the field that the issue has to name. */
  readonly refused: readonly (readonly [string, Json | undefined])[];
  /** Properties with a text in them that may never be shown. */
  readonly secrets: readonly { readonly properties: JsonObject; readonly text: string }[];
}
