/** The tables that say something of the database itself. */
export interface SchemaVersionRow {
  version: number;
  applied_at: number;
}

/** One row. */
export interface InstallationRow {
  id: string;
}

/** A row: the file holds remains of secrets in plain text, and is to be rebuilt (`erasure.ts`). */
export interface ErasureDueRow {
  what: string;
}
