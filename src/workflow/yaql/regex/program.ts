/**
 * A parsed pattern as a program for the matcher: instructions that read a character, branch, and record where
 * groups begin and end.
 */
import type { Assertion, CharacterSet, PatternNode } from './pattern-tree.ts';

export type Instruction =
  | { readonly kind: 'read'; readonly set: CharacterSet }
  | { readonly kind: 'check'; readonly holds: Assertion }
  | { readonly kind: 'note'; readonly slot: number }
  /** Continues at `first`, and if that fails at `second`. */
  | { kind: 'branch'; first: number; second: number }
  | { kind: 'jump'; to: number }
  | { readonly kind: 'found' };

/** How many instructions a pattern needs: computed in advance, because nested repeats multiply. */
export function programSize(node: PatternNode): number {
  switch (node.kind) {
    case 'empty':
      return 0;
    case 'set':
    case 'assertion':
      return 1;
    case 'group':
      return programSize(node.item) + 2;
    case 'sequence':
      return node.items.reduce((size, item) => size + programSize(item), 0);
    case 'choice':
      return node.items.reduce((size, item) => size + programSize(item) + 2, 0);
    case 'repeat': {
      const copies = node.most === Infinity ? node.least + 1 : node.most;
      return copies * (programSize(node.item) + 2);
    }
  }
}

export function compileProgram(tree: PatternNode): readonly Instruction[] {
  const program: Instruction[] = [];
  emit(tree, program);
  program.push({ kind: 'found' });
  return program;
}

function emit(node: PatternNode, program: Instruction[]): void {
  switch (node.kind) {
    case 'empty':
      return;
    case 'set':
      program.push({ kind: 'read', set: node.set });
      return;
    case 'assertion':
      program.push({ kind: 'check', holds: node.holds });
      return;
    case 'group':
      program.push({ kind: 'note', slot: node.index * 2 });
      emit(node.item, program);
      program.push({ kind: 'note', slot: node.index * 2 + 1 });
      return;
    case 'sequence':
      for (const item of node.items) emit(item, program);
      return;
    case 'choice':
      return emitChoice(node.items, program);
    case 'repeat':
      return emitRepeat(node, program);
  }
}

function emitChoice(items: readonly PatternNode[], program: Instruction[]): void {
  const ends: { kind: 'jump'; to: number }[] = [];
  for (const [index, item] of items.entries()) {
    if (index === items.length - 1) {
      emit(item, program);
      break;
    }
    const branch = { kind: 'branch' as const, first: program.length + 1, second: 0 };
    program.push(branch);
    emit(item, program);
    const end = { kind: 'jump' as const, to: 0 };
    program.push(end);
    ends.push(end);
    branch.second = program.length;
  }
  for (const end of ends) end.to = program.length;
}

function emitRepeat(node: Extract<PatternNode, { kind: 'repeat' }>, program: Instruction[]): void {
  const { item, least, most } = node;
  for (let count = 0; count < least; count += 1) emit(item, program);
  if (most === Infinity) {
    const start = program.length;
    const branch = option(program);
    emit(item, program);
    program.push({ kind: 'jump', to: start });
    return close(branch, start, program.length, node.isLazy);
  }
  const branches: (readonly [Branch, number])[] = [];
  for (let count = least; count < most; count += 1) {
    branches.push([option(program), program.length - 1]);
    emit(item, program);
  }
  for (const [branch, position] of branches) close(branch, position, program.length, node.isLazy);
}

type Branch = Extract<Instruction, { kind: 'branch' }>;

function option(program: Instruction[]): Branch {
  const branch: Branch = { kind: 'branch', first: 0, second: 0 };
  program.push(branch);
  return branch;
}

/** A greedy repeat tries its item first, a lazy one the continuation. */
function close(branch: Branch, position: number, end: number, isLazy: boolean): void {
  branch.first = isLazy ? end : position + 1;
  branch.second = isLazy ? position + 1 : end;
}

/**
 * The instructions that can read the first character of a match; undefined if a match can be empty or begins
 * with an assertion.
 */
export function firstReads(program: readonly Instruction[]): readonly CharacterSet[] | undefined {
  const sets: CharacterSet[] = [];
  const seen = new Set<number>();
  const waiting = [0];
  for (let position = waiting.pop(); position !== undefined; position = waiting.pop()) {
    if (seen.has(position)) continue;
    seen.add(position);
    const instruction = program[position]!;
    if (instruction.kind === 'found' || instruction.kind === 'check') return undefined;
    if (instruction.kind === 'read') sets.push(instruction.set);
    else if (instruction.kind === 'note') waiting.push(position + 1);
    else if (instruction.kind === 'jump') waiting.push(instruction.to);
    else waiting.push(instruction.first, instruction.second);
  }
  return sets;
}
