import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mangledDefinitions } from '../support/mangled-definitions.ts';
import { startMistralServer, type MistralServer } from '../support/mistral-server.ts';
import { cases, soakTimeout } from '../support/soak.ts';

let server: MistralServer;

beforeAll(async () => {
  server = await startMistralServer();
});

afterAll(() => server.close());

async function post(path: string, text: string): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`${server.url}/v2${path}`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: text,
  });
  return { status: answer.status, body: await answer.json() };
}

it(
  'answers a mangled definition with a workflow or a clear error, never with a fault of its own',
  { timeout: soakTimeout(60_000) },
  async () => {
    await fc.assert(
      fc.asyncProperty(mangledDefinitions, async (text) => {
        const made = await post('/workflows', text);
        expect([201, 400, 409], JSON.stringify(made.body)).toContain(made.status);
        if (made.status !== 201) expect((made.body as { faultstring?: string }).faultstring).toBeTruthy();
        const checked = await post('/workflows/validate', text);
        expect(checked.status).toBe(200);
        expect((checked.body as { valid?: boolean }).valid).toBe(made.status !== 400);
      }),
      cases(1000),
    );
    expect(server.errors).toEqual([]);
  },
);
