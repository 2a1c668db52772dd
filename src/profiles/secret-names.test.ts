import { expect, test } from 'vitest';
import { secretPropertyNames } from './secret-names.ts';

test('the names of all secret properties are known to the log, without where they stand', () => {
  expect(secretPropertyNames.toSorted()).toEqual(
    ['admin_pass', 'contents', 'env', 'environment', 'files', 'parameters', 'user_data'].toSorted(),
  );
});
