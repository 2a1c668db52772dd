import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { aNode, aProfile } from '../../test/support/rows.ts';
import { manage } from '../clusters/managed-node.ts';
import { localProcess } from '../profiles/local-process/local-process.ts';
import { registryOf } from '../profiles/registry.ts';
import { sealSpec } from '../secrets/spec-secrets.ts';
import { KEY_LENGTH, SecretBox } from '../store/secret-box.ts';
import { replacementObjection } from './replacement-objection.ts';

const type = localProcess({ dataDir: '.' });
const profileTypes = registryOf([type]);
const key = new SecretBox(randomBytes(KEY_LENGTH));
const request = { key: 'k', signal: new AbortController().signal };

function objectionWith(secrets: SecretBox) {
  const properties = { command: ['/bin/sh'], env: { TOKEN: 'hunter22' } };
  const spec = sealSpec(key, type, { type: type.name, version: type.version, properties });
  const profile = aProfile({ name: 'web', type: 'local.process-1.0', spec });
  const managed = manage({ store: { secrets }, profileTypes }, aNode(), undefined, profile);
  return replacementObjection(managed, request);
}

test('a node whose profile cannot be decrypted is kept: no new one could be created', async () => {
  expect(await objectionWith(SecretBox.ofThisProcess())).toEqual({
    retryable: false,
    reason: expect.stringMatching(
      /^the old node is kept, since no new one can be created: The profile web cannot be used: its env was encrypted with the key/,
    ) as string,
  });
  expect(await objectionWith(key)).toBeNull();
});
