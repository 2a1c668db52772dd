/**
 * Definitions of workflows, workbooks and ad-hoc actions by name (`named-objects.ts` says which one a name
 * means), and the texts that they stand in. A text is kept once under its digest: executions continue with
 * the text that they were started from, whatever becomes of the definition.
 */
import { createHash } from 'node:crypto';
import { sql, type Selectable } from 'kysely';
import { MOST_FOREIGN, ownFirst, visibleTo, type ForeignObject, type Viewer } from './named-objects.ts';
import { fromText, toText } from './rows.ts';
import type { WorkbookRow, WorkflowDefinitionRow } from './schema-workflows.ts';
import type { Db, Tx } from './store.ts';

export type DefinitionTable = 'workflow' | 'workbook' | 'adhoc_action';
export type SourceKind = 'workflow' | 'workbook' | 'action';

export interface DefinitionSource {
  /** Digest of kind and text. */
  readonly id: string;
  readonly kind: SourceKind;
  readonly text: string;
}

export interface Definition {
  readonly id: string;
  /** Full name: `<workbook>.<name>` where it came with a workbook. */
  readonly name: string;
  readonly namespace: string;
  readonly sourceId: string;
  readonly workbook: string | null;
  readonly tags: readonly string[];
  readonly scope: string;
  readonly project: string;
  readonly createdAt: number;
  readonly updatedAt: number | null;
}

export function sourceOf(kind: SourceKind, text: string): DefinitionSource {
  return { id: createHash('sha256').update(`${kind}\n${text}`).digest('hex'), kind, text };
}

export async function putSource(tx: Tx, source: DefinitionSource): Promise<void> {
  const insert = tx.db.insertInto('workflow_source').values(source);
  await insert.onConflict((conflict) => conflict.doNothing()).execute();
}

export async function getSource(db: Db, id: string): Promise<DefinitionSource | undefined> {
  const row = await db.selectFrom('workflow_source').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : { ...row, kind: row.kind as SourceKind };
}

/** Texts that neither a definition nor an execution needs any more. */
export async function deleteUnusedSources(tx: Tx): Promise<void> {
  let unused = tx.db.deleteFrom('workflow_source');
  for (const table of ['workflow', 'workbook', 'adhoc_action', 'workflow_execution'] as const) {
    unused = unused.where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom(table)
            .select(sql<number>`1`.as('one'))
            .whereRef(`${table}.source_id`, '=', 'workflow_source.id'),
        ),
      ),
    );
  }
  await unused.execute();
}

/** False where the name is taken in the namespace of its project; then nothing is written. */
export async function insertDefinition(
  tx: Tx,
  table: DefinitionTable,
  definition: Definition,
): Promise<boolean> {
  const { sourceId, workbook, tags, createdAt, updatedAt, ...same } = definition;
  const row = {
    ...same,
    source_id: sourceId,
    tags: toText(tags),
    created_at: createdAt,
    updated_at: updatedAt,
  };
  const insert =
    table === 'workbook'
      ? tx.db.insertInto(table).values(row)
      : tx.db.insertInto(table).values({ ...row, workbook });
  const result = await insert.onConflict((conflict) => conflict.doNothing()).executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) === 1n;
}

export type DefinitionChange = Pick<Definition, 'sourceId' | 'tags' | 'scope'>;

/** By id. */
export async function replaceDefinition(
  tx: Tx,
  table: DefinitionTable,
  id: string,
  change: DefinitionChange,
  now: number,
): Promise<void> {
  await tx.db
    .updateTable(table)
    .set({
      source_id: change.sourceId,
      tags: toText(change.tags),
      scope: change.scope,
      updated_at: now,
    } as never)
    .where('id', '=', id)
    .execute();
}

/** How many were there. A workbook takes what came with it along. */
export async function deleteDefinition(tx: Tx, table: DefinitionTable, id: string): Promise<number> {
  const result = await tx.db.deleteFrom(table).where('id', '=', id).executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** Full names. */
export type WorkbookMembers = Readonly<Record<'workflow' | 'adhoc_action', ReadonlySet<string>>>;

/** What came with a workbook, except for what is kept. */
export async function deleteWorkbookMembers(
  tx: Tx,
  { name, namespace, project }: Pick<Definition, 'name' | 'namespace' | 'project'>,
  kept?: WorkbookMembers,
): Promise<void> {
  for (const table of ['workflow', 'adhoc_action'] as const) {
    const members = tx.db
      .selectFrom(table)
      .select(['id', 'name'])
      .where('workbook', '=', name)
      .where('namespace', '=', namespace)
      .where('project', '=', project);
    for (const member of await members.execute())
      if (kept?.[table].has(member.name) !== true) await deleteDefinition(tx, table, member.id);
  }
}

export interface DefinitionName {
  readonly name: string;
  readonly namespace: string;
  /** Only this project's; absent: as `named-objects.ts` says. */
  readonly project?: string;
}

export async function findDefinition(
  db: Db,
  table: DefinitionTable,
  { name, namespace, project }: DefinitionName,
  viewer: Viewer,
): Promise<Definition | undefined> {
  let query = db.selectFrom(table).selectAll().where('name', '=', name).where('namespace', '=', namespace);
  if (project !== undefined) query = query.where('project', '=', project);
  const found = query.where(visibleTo(viewer)).orderBy(ownFirst(viewer)).orderBy('seq').limit(1);
  const row = await found.executeTakeFirst();
  return row === undefined ? undefined : toDefinition(row);
}

/** Of any project. */
export async function allDefinitionsNamed(
  db: Db,
  table: DefinitionTable,
  { name, namespace }: DefinitionName,
): Promise<ForeignObject[]> {
  const named = db.selectFrom(table).select(['id', 'project']).where('name', '=', name);
  return await named.where('namespace', '=', namespace).orderBy('seq').limit(MOST_FOREIGN).execute();
}

export async function getDefinition(
  db: Db,
  table: DefinitionTable,
  id: string,
): Promise<Definition | undefined> {
  const row = await db.selectFrom(table).selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : toDefinition(row);
}

type Row = Selectable<WorkbookRow> & Partial<Pick<Selectable<WorkflowDefinitionRow>, 'workbook'>>;

export function toDefinition(row: Row): Definition {
  const { id, name, namespace, scope, project } = row;
  return {
    id,
    name,
    namespace,
    scope,
    project,
    sourceId: row.source_id,
    workbook: row.workbook ?? null,
    tags: fromText<string[]>(row.tags),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** More than these do not help a user who searches for a name. */
const mostNames = 2000;

/** Those of a namespace that a viewer finds, each once. Without order. */
export async function definitionNames(
  db: Db,
  table: DefinitionTable,
  viewer: Viewer,
  namespace = '',
): Promise<string[]> {
  const query = db.selectFrom(table).select('name').distinct().where('namespace', '=', namespace);
  const rows = await query.where(visibleTo(viewer)).limit(mostNames).execute();
  return rows.map((row) => row.name);
}
