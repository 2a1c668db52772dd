import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestStore, type TestStore } from '../../test/support/backends.ts';
import { checkSchema } from './check-schema.ts';

let opened: TestStore;

beforeEach(async () => {
  opened = await openTestStore();
});

afterEach(() => opened.close());

test('a database that was migrated has all that is expected', async () => {
  await expect(checkSchema(opened.store)).resolves.toBeUndefined();
});

test.each([
  ['drop table node', /did not find the table node, /],
  ['alter table cluster drop column metadata', /did not find the column cluster\.metadata\. Stop Coppice/],
])('a database after `%s` is refused, with what is missing', async (statement, sentence) => {
  await opened.store.write(async (tx) => {
    await sql.raw('pragma defer_foreign_keys = on').execute(tx.db);
    await sql.raw(statement).execute(tx.db);
  });
  await expect(checkSchema(opened.store)).rejects.toMatchObject({
    code: 'storage-damaged',
    message: expect.stringMatching(sentence) as string,
  });
});
