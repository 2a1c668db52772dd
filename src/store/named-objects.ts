/**
 * What a name means. Names of workflows, workbooks, ad-hoc actions and environments are unique within a
 * project only, so that one name may fit several: the own project's object comes first, then what other
 * projects share (the oldest of them: one that is made later never takes its place). What they keep to
 * themselves has no name here, also for an administrator, who reaches it by its id: a name must not mean an
 * object of a project that the request is not about.
 */
import { sql, type RawBuilder, type SqlBool } from 'kysely';

/** The project that looks for a name. */
export interface Viewer {
  readonly project: string;
}

/** For `where`, of a table with the columns `project` and `scope`. */
export function visibleTo({ project }: Viewer): RawBuilder<SqlBool> {
  return sql<SqlBool>`(project = ${project} or scope = 'public')`;
}

/** For `orderBy`, before `seq`. */
export function ownFirst({ project }: Viewer): RawBuilder<number> {
  return sql<number>`case when project = ${project} then 0 else 1 end`;
}

/** An object of another project, for an administrator who gave its name. */
export interface ForeignObject {
  readonly id: string;
  readonly project: string;
}

/** More than these are not told. */
export const MOST_FOREIGN = 5;
