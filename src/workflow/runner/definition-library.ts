/**
 * Stores and caches definitions: parsed once per text, looked up by name, created, replaced and deleted.
 * Lookups by name are cached; a change of any definition clears that cache.
 */
import { randomUUID } from 'node:crypto';
import { CoppiceError } from '../../domain/errors.ts';
import {
  deleteDefinition,
  deleteUnusedSources,
  deleteWorkbookMembers,
  findDefinition,
  getDefinition,
  getSource,
  insertDefinition,
  putSource,
  replaceDefinition,
  sourceOf,
  type Definition,
  type DefinitionName,
  type DefinitionTable,
  type DefinitionSource,
  type SourceKind,
  type WorkbookMembers,
} from '../../store/workflow-definitions.ts';
import type { Store, Tx } from '../../store/store.ts';
import type { ActionRegistry } from '../actions/registry.ts';
import type { ActionInfo, CallName, Ownership, WorkflowInfo } from '../language/conductor/lookups.ts';
import type { AdhocActionSpec, WorkbookSpec, WorkflowSpec } from '../language/definition/workflow-spec.ts';
import { DefinitionError, type DefinitionProblem } from '../language/definition/problem.ts';
import { BoundedMap } from './bounded-map.ts';
import { parseSourceInParts, type ParsedSource } from './parse-source.ts';

export interface FoundWorkflow {
  readonly definition: Definition;
  readonly spec: WorkflowSpec;
}

export interface DefinitionScope {
  readonly namespace: string;
  readonly scope: string;
  readonly project: string;
}

/** Cache sizes: parsed texts, and lookups by name. */
const maxCachedSources = 500;
const maxCachedNames = 5000;

export class DefinitionLibrary {
  readonly #store: Store;
  readonly #registry: ActionRegistry;
  readonly #now: () => number;
  readonly #sources = new BoundedMap<string, ParsedSource>(maxCachedSources);
  readonly #workflows = new BoundedMap<string, FoundWorkflow | null>(maxCachedNames);
  readonly #actions = new BoundedMap<string, ActionInfo | null>(maxCachedNames);
  /** Incremented by each change: a lookup that began before a change is not cached. */
  #edition = 0;

  constructor(store: Store, registry: ActionRegistry, now: () => number) {
    this.#store = store;
    this.#registry = registry;
    this.#now = now;
  }

  /**
   * As a project finds it; no definition takes the name of a system action away. undefined: not looked up
   * yet. null: there is none that the project may use.
   */
  cachedAction(project: string, at: CallName): ActionInfo | null | undefined {
    const system = this.#registry.describe(at.name);
    return system === undefined ? this.#actions.get(keyOf(project, at)) : { kind: 'system', ...system };
  }

  /** undefined: not looked up yet. null: there is none that the project may use. */
  cachedWorkflow(project: string, at: CallName): WorkflowInfo | null | undefined {
    const found = this.#workflows.get(keyOf(project, at));
    return found === undefined || found === null ? found : infoOf(found, project);
  }

  async lookUpAction(project: string, at: CallName): Promise<void> {
    const edition = this.#edition;
    const definition = await findDefinition(this.#store.db, 'adhoc_action', at, { project });
    const parsed = definition === undefined ? undefined : await this.#parsed(definition.sourceId);
    const spec = parsed?.actions.find((action) => action.fullName === at.name);
    const info: ActionInfo | null =
      spec === undefined || definition === undefined
        ? null
        : { kind: 'adhoc', spec, ...ownership(definition, project) };
    if (edition === this.#edition) this.#actions.set(keyOf(project, at), info);
  }

  /** @returns null: there is none that the project may use. */
  async workflowFor(project: string, at: CallName): Promise<FoundWorkflow | null> {
    const key = keyOf(project, at);
    const known = this.#workflows.get(key);
    if (known !== undefined) return known;
    const edition = this.#edition;
    const definition = await findDefinition(this.#store.db, 'workflow', at, { project });
    const found =
      definition === undefined
        ? null
        : { definition, spec: await this.specOf(definition.sourceId, definition.name) };
    if (edition === this.#edition) this.#workflows.set(key, found);
    return found;
  }

  async workflowById(id: string): Promise<FoundWorkflow | null> {
    const definition = await getDefinition(this.#store.db, 'workflow', id);
    if (definition === undefined) return null;
    return { definition, spec: await this.specOf(definition.sourceId, definition.name) };
  }

  /** @throws Error when the text or the workflow is nameNotFound: the database was changed by hand. */
  async specOf(sourceId: string, fullName: string): Promise<WorkflowSpec> {
    const parsed = await this.#parsed(sourceId);
    const spec = parsed.workflows.find((workflow) => workflow.fullName === fullName);
    if (spec === undefined) throw new Error(`The definition text ${sourceId} has no workflow ${fullName}.`);
    return spec;
  }

  async #parsed(sourceId: string): Promise<ParsedSource> {
    const known = this.#sources.get(sourceId);
    if (known !== undefined) return known;
    const source = await getSource(this.#store.db, sourceId);
    if (source === undefined) throw new Error(`The definition text ${sourceId} is nameNotFound.`);
    return this.#keep(source, await parseSourceInParts(source.kind, source.text, this.#registry.known));
  }

  #keep(source: DefinitionSource, parsed: ParsedSource): ParsedSource {
    this.#sources.set(source.id, parsed);
    return parsed;
  }

  /**
   * Creates everything that a text defines, or nothing.
   * @throws CoppiceError `bad-request` for a text that is not valid, `action-conflict` for a name that is
   * nameTaken.
   */
  async create(kind: SourceKind, text: string, scope: DefinitionScope): Promise<Definition[]> {
    return await this.#write(kind, text, scope, async (tx, source, parsed) => {
      const created: Definition[] = [];
      for (const { table, name, workbook, tags } of definitionsIn(parsed)) {
        const definition = this.#new(source, scope, { name, workbook, tags });
        if (!(await insertDefinition(tx, table, definition))) throw nameTaken(table, definition);
        created.push(definition);
      }
      return created;
    });
  }

  /**
   * Replaces by name everything that a text defines. A name that does not exist is an error, as in Mistral,
   * except for members of a workbook, and where `createsMissing` says that it is created.
   * @param find the definition that the caller means by a name; undefined: there is none.
   * @throws CoppiceError `bad-request`, `resource-not-found`, and what `find` throws.
   */
  async replace(
    kind: SourceKind,
    text: string,
    scope: DefinitionScope,
    find: (tx: Tx, table: DefinitionTable, name: DefinitionName) => Promise<Definition | undefined>,
    createsMissing = false,
  ): Promise<Definition[]> {
    return await this.#write(kind, text, scope, async (tx, source, parsed) => {
      const replaced: Definition[] = [];
      const { namespace } = scope;
      // Whose the workbook is, its members are.
      let { project } = scope;
      for (const { table, name, workbook, tags } of definitionsIn(parsed)) {
        const at = { name, namespace };
        const found = await (workbook === null
          ? find(tx, table, at)
          : findDefinition(tx.db, table, { ...at, project }, { project }));
        if (found === undefined && workbook === null && !createsMissing)
          throw nameNotFound(table, name, namespace);
        if (found === undefined) {
          const added = this.#new(source, { ...scope, project }, { name, workbook, tags });
          await insertDefinition(tx, table, added);
          replaced.push(added);
          continue;
        }
        const now = this.#now();
        const change = { sourceId: source.id, tags, scope: scope.scope };
        await replaceDefinition(tx, table, found.id, change, now);
        replaced.push({ ...found, ...change, updatedAt: now });
        if (table !== 'workbook') continue;
        project = found.project;
        await deleteWorkbookMembers(tx, found, membersIn(parsed));
      }
      return replaced;
    });
  }

  /** Deleting a workbook also deletes its workflows and actions. */
  async delete(table: DefinitionTable, definition: Definition): Promise<void> {
    await this.#store.write(async (tx) => {
      await deleteDefinition(tx, table, definition.id);
      if (table === 'workbook') await deleteWorkbookMembers(tx, definition);
      await deleteUnusedSources(tx);
    });
    this.#forget();
  }

  /** As the registry says it. */
  reasonMissing(action: string): string | undefined {
    return this.#registry.reasonMissing(action);
  }

  /** Calls of OpenStack's actions that are not there: neither this server's own nor the project's. */
  async absentActions(
    { project, namespace }: Pick<DefinitionScope, 'project' | 'namespace'>,
    { external }: Pick<ParsedSource, 'external'>,
  ): Promise<DefinitionProblem[]> {
    const problems: DefinitionProblem[] = [];
    for (const { kind, name, at } of external) {
      const reason = kind === 'action' ? this.#registry.absence(name) : undefined;
      if (reason === undefined || (await this.#hasAction(project, { name, namespace }))) continue;
      problems.push({ severity: 'error', message: reason, ...at });
    }
    return problems;
  }

  /** @throws CoppiceError `bad-request` with the reasons. */
  async refuseAbsent(
    scope: Pick<DefinitionScope, 'project' | 'namespace'>,
    parsed: Pick<ParsedSource, 'external'>,
  ): Promise<void> {
    const problems = await this.absentActions(scope, parsed);
    if (problems.length === 0) return;
    const cause = new DefinitionError(problems);
    throw new CoppiceError('bad-request', cause.message, { cause });
  }

  /**
   * A task would call the built-in action, and never the project's.
   * @throws CoppiceError `action-conflict`
   */
  refuseBuiltInNames({ actions }: Pick<ParsedSource, 'actions'>): void {
    const taken = actions.find(({ fullName }) => this.#registry.find(fullName) !== undefined);
    if (taken === undefined) return;
    const sentence = `${taken.fullName} is a built-in action of this server, which would be called in the place of an ad-hoc action of this name: give it another name`;
    throw new CoppiceError('action-conflict', sentence);
  }

  async #hasAction(project: string, { name, namespace }: CallName): Promise<boolean> {
    for (const at of [
      { name, namespace },
      { name, namespace: '' },
    ]) {
      await this.lookUpAction(project, at);
      if ((this.cachedAction(project, at) ?? null) !== null) return true;
    }
    return false;
  }

  async #write(
    kind: SourceKind,
    text: string,
    scope: DefinitionScope,
    work: (tx: Tx, source: DefinitionSource, parsed: ParsedSource) => Promise<Definition[]>,
  ): Promise<Definition[]> {
    const parsed = await parseSourceInParts(kind, text, this.#registry.known);
    this.refuseBuiltInNames(parsed);
    await this.refuseAbsent(scope, parsed);
    const source = sourceOf(kind, text);
    const definitions = await this.#store.write(async (tx) => {
      await putSource(tx, source);
      return await work(tx, source, parsed);
    });
    this.#forget();
    this.#keep(source, parsed);
    return definitions;
  }

  #new(
    source: DefinitionSource,
    scope: DefinitionScope,
    own: Pick<Definition, 'name' | 'workbook' | 'tags'>,
  ): Definition {
    return {
      id: randomUUID(),
      ...own,
      ...scope,
      sourceId: source.id,
      createdAt: this.#now(),
      updatedAt: null,
    };
  }

  #forget(): void {
    this.#edition += 1;
    this.#workflows.clear();
    this.#actions.clear();
  }

  /** The text of a definition, and its parsed form. @throws Error when the text is nameNotFound. */
  async describe(definition: Definition): Promise<{ source: DefinitionSource; parsed: ParsedSource }> {
    const source = await getSource(this.#store.db, definition.sourceId);
    if (source === undefined) throw new Error(`The definition text ${definition.sourceId} is nameNotFound.`);
    return { source, parsed: await this.#parsed(definition.sourceId) };
  }
}

function keyOf(user: string, { name, namespace, project = '' }: CallName): string {
  return JSON.stringify([user, project, namespace, name]);
}

function ownership({ project }: Definition, user: string): Ownership {
  return { project, isShared: project !== user };
}

function infoOf({ definition, spec }: FoundWorkflow, user: string): WorkflowInfo {
  const { fullName: name, type, inputs } = spec;
  return { name, namespace: definition.namespace, type, inputs, ...ownership(definition, user) };
}

function membersIn({ workflows, actions }: ParsedSource): WorkbookMembers {
  const names = (specs: readonly { readonly fullName: string }[]): Set<string> =>
    new Set(specs.map(({ fullName }) => fullName));
  return { workflow: names(workflows), adhoc_action: names(actions) };
}

interface NewDefinition {
  readonly table: DefinitionTable;
  readonly name: string;
  readonly workbook: string | null;
  readonly tags: readonly string[];
}

/** The workbook comes first: if it does not exist, that is the error to report. */
function definitionsIn({ workbook, workflows, actions }: ParsedSource): NewDefinition[] {
  const named = (table: DefinitionTable, spec: WorkflowSpec | AdhocActionSpec): NewDefinition => ({
    table,
    name: spec.fullName,
    workbook: spec.workbook ?? null,
    tags: spec.tags,
  });
  return [
    ...(workbook === undefined ? [] : [ofWorkbook(workbook)]),
    ...workflows.map((spec) => named('workflow', spec)),
    ...actions.map((spec) => named('adhoc_action', spec)),
  ];
}

function ofWorkbook({ name, tags }: WorkbookSpec): NewDefinition {
  return { table: 'workbook', name, workbook: null, tags };
}

const definitionKinds: Readonly<Record<DefinitionTable, string>> = {
  workflow: 'Workflow',
  workbook: 'Workbook',
  adhoc_action: 'Action',
};

function nameTaken(
  table: DefinitionTable,
  { name, namespace, project }: Pick<Definition, 'name' | 'namespace' | 'project'>,
): CoppiceError {
  return new CoppiceError(
    'action-conflict',
    `Duplicate entry for ${definitionKinds[table]}Definition ['name', 'namespace', 'project_id']: ${name}, ${namespace}, ${project}`,
  );
}

function nameNotFound(table: DefinitionTable, name: string, namespace: string): CoppiceError {
  const key =
    table === 'workflow' ? 'workflow_identifier' : table === 'workbook' ? 'workbook_name' : 'action_name';
  return new CoppiceError(
    'resource-not-found',
    `${definitionKinds[table]} not found [${key}=${name}, namespace=${namespace}]`,
  );
}
