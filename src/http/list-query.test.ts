import { expect, it } from 'vitest';
import { LARGEST_PAGE, listQuery } from './list-query.ts';

it('a page of a list that grows without end is bounded, also where no limit or a larger one is given', () => {
  const query = listQuery({ filters: {}, sorts: [], pageSize: LARGEST_PAGE });
  expect(query.parse({}).limit).toBe(LARGEST_PAGE);
  expect(query.parse({ limit: '100000' }).limit).toBe(LARGEST_PAGE);
  expect(query.parse({ limit: '2' }).limit).toBe(2);
});

it('other lists are whole unless a limit is given', () => {
  const query = listQuery({ filters: {}, sorts: [] });
  expect(query.parse({}).limit).toBeUndefined();
  expect(query.parse({ limit: '2' }).limit).toBe(2);
});
