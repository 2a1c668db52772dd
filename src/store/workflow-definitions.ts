/**
 * Definitions of workflows, workbooks and ad-hoc actions by name, and the texts that they stand in. A text is
 * kept once under its digest: executions continue with the text that they were started from, whatever becomes
 * of the definition.
 */
import { createHash } from 'node:crypto';
import { sql, type Selectable } from 'kysely';
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

/** False where the name is taken in the namespace; then nothing is written. */
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

/** By name; undefined where there is none. */
export async function replaceDefinition(
  tx: Tx,
  table: DefinitionTable,
  at: { readonly name: string; readonly namespace: string },
  change: DefinitionChange,
  now: number,
): Promise<Definition | undefined> {
  await tx.db
    .updateTable(table)
    .set({
      source_id: change.sourceId,
      tags: toText(change.tags),
      scope: change.scope,
      updated_at: now,
    } as never)
    .where('name', '=', at.name)
    .where('namespace', '=', at.namespace)
    .execute();
  return await findDefinition(tx.db, table, at.name, at.namespace);
}

/** How many were there. A workbook takes what came with it along. */
export async function deleteDefinition(tx: Tx, table: DefinitionTable, id: string): Promise<number> {
  const result = await tx.db.deleteFrom(table).where('id', '=', id).executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** What came with a workbook, to be replaced. */
export async function deleteWorkbookMembers(tx: Tx, workbook: string, namespace: string): Promise<void> {
  for (const table of ['workflow', 'adhoc_action'] as const) {
    await tx.db
      .deleteFrom(table)
      .where('workbook', '=', workbook)
      .where('namespace', '=', namespace)
      .execute();
  }
}

export async function findDefinition(
  db: Db,
  table: DefinitionTable,
  name: string,
  namespace: string,
): Promise<Definition | undefined> {
  const query = db.selectFrom(table).selectAll().where('name', '=', name).where('namespace', '=', namespace);
  const row = await query.executeTakeFirst();
  return row === undefined ? undefined : toDefinition(row);
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

/**
 * Those of a namespace that a project may use: its own and what others share. Without order.
 * @param project undefined: all projects.
 */
export async function definitionNames(
  db: Db,
  table: DefinitionTable,
  project: string | undefined,
  namespace = '',
): Promise<string[]> {
  let query = db.selectFrom(table).select('name').where('namespace', '=', namespace);
  if (project !== undefined)
    query = query.where((is) => is.or([is('project', '=', project), is('scope', '=', 'public')]));
  return (await query.limit(mostNames).execute()).map((row) => row.name);
}
