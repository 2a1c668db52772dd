/**
 * What a name means. Names of workflows, workbooks, ad-hoc actions and environments are unique within a
 * project only, so that one name may fit several: the own project's object comes first, then what other
 * projects share (the oldest of them: one that is made later never takes its place), then what they keep to
 * themselves, which only an administrator finds.
 */
import { sql, type RawBuilder, type SqlBool } from 'kysely';

/** Who looks for a name. */
export interface Viewer {
  readonly project: string;
  readonly isAdmin?: boolean;
}

/** More than these are not told apart. */
export const mostOfOneName = 10;

/** For `where`, of a table with the columns `project` and `scope`. */
export function visibleTo({ project, isAdmin = false }: Viewer): RawBuilder<SqlBool> {
  return isAdmin ? sql<SqlBool>`1 = 1` : sql<SqlBool>`(project = ${project} or scope = 'public')`;
}

/** For `orderBy`, before `seq`. */
export function ownFirst({ project }: Viewer): RawBuilder<number> {
  return sql<number>`case when project = ${project} then 0 when scope = 'public' then 1 else 2 end`;
}
