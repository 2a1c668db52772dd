/**
 * Parses a definition's text and checks it against the built-in and the refused actions: those of a server,
 * or of any.
 */
import { CoppiceError } from '../../domain/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import { parseYamlText } from '../language/definition/yaml-document.ts';
import type { SourceKind } from '../../store/workflow-definitions.ts';
import { standardKnown } from '../actions/registry.ts';
import type { KnownActions } from '../language/checks/known-actions.ts';
import type { ExternalCall } from '../language/checks/check-calls.ts';
import { yieldToEventLoop } from '../../event-loop.ts';
import {
  actionsInParts,
  type InParts,
  readAtOnce,
  workbookInParts,
  workflowsInParts,
} from '../language/definition/parse-definition.ts';
import { DefinitionError, type DefinitionProblem } from '../language/definition/problem.ts';
import type { AdhocActionSpec, WorkbookSpec, WorkflowSpec } from '../language/definition/workflow-spec.ts';

export interface ParsedSource {
  readonly workbook: WorkbookSpec | undefined;
  readonly workflows: readonly WorkflowSpec[];
  readonly actions: readonly AdhocActionSpec[];
  readonly warnings: readonly DefinitionProblem[];
  readonly external: readonly ExternalCall[];
}

/** @throws CoppiceError `bad-request` with every problem found, in Mistral's form. */
export function parseSource(kind: SourceKind, text: string, known = standardKnown): ParsedSource {
  return refusing(() => readAtOnce(inParts(kind, text, known)));
}

/** The same, yielding to the event loop every few milliseconds. */
export async function parseSourceInParts(
  kind: SourceKind,
  text: string,
  known = standardKnown,
): Promise<ParsedSource> {
  const parts = inParts(kind, text, known);
  for (;;) {
    const next = refusing(() => parts.next());
    if (next.done === true) return next.value;
    await yieldToEventLoop();
  }
}

/**
 * Detects what a text defines: a workbook has a name, an ad-hoc action has a base. Invalid YAML counts as a
 * workflow, so that parsing it reports the error.
 */
export function sourceKindOf(text: string): SourceKind {
  const root = mappingIn(text);
  if (typeof root['name'] === 'string') return 'workbook';
  const entries = Object.entries(root).filter(([key]) => key !== 'version');
  const isAction = (value: Json): boolean => isJsonObject(value) && 'base' in value && !('tasks' in value);
  return entries.length > 0 && entries.every(([, value]) => isAction(value)) ? 'action' : 'workflow';
}

function mappingIn(text: string): JsonObject {
  try {
    const { value } = parseYamlText(text, { hasAnchors: false });
    return isJsonObject(value) ? value : {};
  } catch (error) {
    if (error instanceof DefinitionError) return {};
    throw error;
  }
}

function refusing<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof DefinitionError)
      throw new CoppiceError('bad-request', error.message, { cause: error });
    throw error;
  }
}

function* inParts(kind: SourceKind, text: string, known: KnownActions): InParts<ParsedSource> {
  if (kind === 'workbook') {
    const { spec, ...found } = yield* workbookInParts(text, known);
    return { workbook: spec, workflows: spec.workflows, actions: spec.actions, ...found };
  }
  if (kind === 'action') {
    const { spec, ...found } = yield* actionsInParts(text, known);
    return { workbook: undefined, workflows: [], actions: spec, ...found };
  }
  const { spec, ...found } = yield* workflowsInParts(text, known);
  return { workbook: undefined, workflows: spec, actions: [], ...found };
}
