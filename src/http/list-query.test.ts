import { expect, it } from 'vitest';
import { LARGEST_PAGE, listQuery } from './list-query.ts';

it('an answer is bounded, also where no limit or a larger one is given, and it is known that it is cut', () => {
  const query = listQuery({ filters: {}, sorts: [] });
  expect(query.parse({})).toMatchObject({ limit: LARGEST_PAGE, isCut: true });
  expect(query.parse({ limit: '100000' })).toMatchObject({ limit: LARGEST_PAGE, isCut: true });
  expect(query.parse({ limit: '2' })).toMatchObject({ limit: 2, isCut: false });
});

it('a list that has no pages is whole', () => {
  const query = listQuery({ filters: {}, sorts: [], paged: false });
  expect(query.parse({})).toMatchObject({ limit: undefined, isCut: false });
});
