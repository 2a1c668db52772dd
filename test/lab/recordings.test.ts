/** The stored recordings hold no secret, and nothing of the machine that they were made on. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { recordingsFolder } from './recorder.ts';

const files = readdirSync(recordingsFolder, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.json'),
);

/** A Fernet token, any id, the address of a service on the machine of the lab. */
const secretsAndIds =
  /gAAAA|[0-9a-f]{8}-[0-9a-f]{4}-|(?<!\w)[0-9a-f]{32}(?!\w)|127\.0\.0\.1:(5000|8774|9696|9292|8778|9876|8004)/;

/** What follows the key of a secret must be the placeholder of that name. */
const secretValue = /"(password|secret|adminPass|admin_pass)": "(?!\{)/;

test('recordings hold no token, no password, no id and no address of a service', () => {
  const bad = files.filter((name) => {
    const text = readFileSync(join(recordingsFolder, name), 'utf8');
    return secretsAndIds.test(text) || secretValue.test(text);
  });
  expect(bad).toEqual([]);
});
