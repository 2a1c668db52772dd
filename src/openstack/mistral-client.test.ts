import { expect, test } from 'vitest';
import type { CloudError } from './cloud-error.ts';
import type { CloudSession } from './cloud-session.ts';
import { MistralClient } from './mistral-client.ts';

const context = { signal: new AbortController().signal };

async function failureAfter(status: number, location: string): Promise<CloudError> {
  const answer = { status, body: null, headers: { location } };
  const client = new MistralClient({ request: () => Promise.resolve(answer) } as unknown as CloudSession);
  return await client.findExecution('e1', context).then(
    () => {
      throw new Error('it was taken for an answer of Mistral');
    },
    (error: unknown) => error as CloudError,
  );
}

test('a redirect of the whole service says what workflows.url has to be, without the query', async () => {
  const failure = await failureAfter(302, 'https://u:p@mistral.test:8989/v2/executions/e1?token=geheim');
  expect(failure.reason).toBe(
    'it redirects to https://mistral.test:8989/v2 (302), which is not followed: workflows.url has to be that',
  );
  expect(failure.mayHaveHappened).toBe(false);
});

test('a redirect to something else says where', async () => {
  const failure = await failureAfter(307, 'https://sso.test/login?to=geheim');
  expect(failure.reason).toMatch(
    /^it redirects to https:\/\/sso\.test\/login \(307\), which is not followed/,
  );
});

test('after a 303 the request may have been carried out, and what is no redirect is quoted', async () => {
  expect((await failureAfter(303, 'https://mistral.test/v2/executions/e1')).mayHaveHappened).toBe(true);
  const strange = await failureAfter(200, 'https://mistral.test');
  expect(strange.reason).toBe("the answer is not Mistral's: 200 with null");
});
