/**
 * Answers a step's lookups outside of its execution: definitions from the library, other executions from the
 * database. One cache serves one batch.
 */
import type { JsonObject } from '../../domain/json.ts';
import type { Db } from '../../store/store.ts';
import { getExecution } from '../../store/workflow-executions.ts';
import { treeTotals, type TreeTotals } from '../../store/workflow-tree.ts';
import { actionsOfExecution } from '../../store/workflow-actions.ts';
import { tasksOfExecution } from '../../store/workflow-tasks.ts';
import { executionsForExpressions } from '../../store/workflow-listing.ts';
import type {
  ActionInfo,
  CallName,
  ExecutionFilter,
  Lookup,
  OtherExecution,
  ConductorLookups,
  WorkflowInfo,
} from '../language/conductor/lookups.ts';
import { ExecutionState } from '../language/state/execution-state.ts';
import type { DefinitionLibrary } from './definition-library.ts';

export class LookupCache implements ConductorLookups {
  readonly #db: Db;
  readonly #library: DefinitionLibrary;
  /** Whose execution asks: it sees what its project may use, and executions of its project only. */
  readonly #project: string;
  readonly definitionProject: string;
  readonly #executions = new Map<string, OtherExecution | null>();
  readonly #totals = new Map<string, TreeTotals>();
  readonly #lists = new Map<string, readonly JsonObject[]>();

  /** @param definitionProject whose definition the execution runs. */
  constructor(
    db: Db,
    library: DefinitionLibrary,
    { project, definitionProject }: { readonly project: string; readonly definitionProject: string },
  ) {
    this.#db = db;
    this.#library = library;
    this.#project = project;
    this.definitionProject = definitionProject;
  }

  action(at: CallName): ActionInfo | null | undefined {
    return this.#library.cachedAction(this.#project, at);
  }

  reasonMissing(action: string): string | undefined {
    return this.#library.reasonMissing(action);
  }

  workflow(at: CallName): WorkflowInfo | null | undefined {
    return this.#library.cachedWorkflow(this.#project, at);
  }

  execution(id: string): OtherExecution | null | undefined {
    return this.#executions.get(id);
  }

  executions(filter: ExecutionFilter): readonly JsonObject[] | undefined {
    return this.#lists.get(JSON.stringify(filter));
  }

  async lookUp(lookup: Lookup): Promise<void> {
    switch (lookup.kind) {
      case 'action':
        return await this.#library.lookUpAction(this.#project, lookup.at);
      case 'workflow':
        return void (await this.#library.workflowFor(this.#project, lookup.at));
      case 'execution':
        return void this.#executions.set(lookup.id, await this.#load(lookup.id));
      case 'executions': {
        const found = await executionsForExpressions(this.#db, lookup.filter, this.#project);
        return void this.#lists.set(JSON.stringify(lookup.filter), found);
      }
    }
  }

  /** What has been started below a root, as it was when the batch first needed it. */
  async treeTotals(rootId: string): Promise<TreeTotals> {
    const known = this.#totals.get(rootId) ?? (await treeTotals(this.#db, rootId));
    this.#totals.set(rootId, known);
    return known;
  }

  async #load(id: string): Promise<OtherExecution | null> {
    const found = await getExecution(this.#db, id);
    if (found === undefined || found.project !== this.#project) return null;
    const { tasks } = await this.#library.specOf(found.sourceId, found.record.workflow);
    const state = new ExecutionState(
      found.record,
      await tasksOfExecution(this.#db, id),
      await actionsOfExecution(this.#db, id),
    );
    return {
      state,
      taskSources: (name) => tasks.get(name)?.source ?? {},
      hasItems: (name) => (tasks.get(name)?.withItems.length ?? 0) > 0,
    };
  }
}
