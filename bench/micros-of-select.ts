import { DatabaseSync } from 'node:sqlite';

/** Of reading rows and writing them as JSON, in this process, once it has become fast. */
export function microsOfSelect(path: string, queries: readonly string[]): number {
  using database = new DatabaseSync(path, { readOnly: true });
  const statements = queries.map((query) => database.prepare(query));
  const once = (): number =>
    statements.reduce((length, statement) => length + JSON.stringify(statement.all()).length, 0);
  for (let round = 0; round < 200; round += 1) once();
  const started = performance.now();
  for (let round = 0; round < 300; round += 1) once();
  return ((performance.now() - started) * 1000) / 300;
}
