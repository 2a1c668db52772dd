/** The recorded cases, through the real runner and the REST API, with a real HTTP service for std.http. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differences, soften } from '../support/mistral-corpus-form.ts';
import { loadCases, type Case } from '../support/mistral-corpus.ts';
import { startHttpService, type HttpService } from '../support/mistral-http-service.ts';
import { CaseDriver, MistralRest } from '../support/mistral-rest-driver.ts';
import { startMistralServer, type MistralServer } from '../support/mistral-server.ts';

/** The first table of the page: each of its cases differs, for the reason given in its row. */
function documentedCases(): Set<string> {
  const page = new URL('../../docs/workflow-differences.md', import.meta.url);
  const rows = readFileSync(page, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  const names = rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)]);
  return new Set(names.map((match) => match[1] ?? ''));
}

const documented = documentedCases();
const cases = loadCases();
const atOnce = 40;

let server: MistralServer;
let service: HttpService;
const outcomes = new Map<string, Promise<string[]>>();

/** All are started at once: they spend most of their time waiting for policies with delays of seconds. */
beforeAll(async () => {
  server = await startMistralServer();
  service = await startHttpService();
  const waiting = [...cases];
  const results = new Map(cases.map(({ name }) => [name, Promise.withResolvers<string[]>()]));
  for (const [name, { promise }] of results) outcomes.set(name, promise);
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { name } = next;
      await run(next).then(results.get(name)?.resolve, results.get(name)?.reject);
    }
  };
  for (let worker = 0; worker < atOnce; worker += 1) void work();
  for (const promise of outcomes.values()) promise.catch(() => {});
});

afterAll(async () => {
  await Promise.allSettled(outcomes.values());
  await server.close();
  await service.close();
});

async function run(recorded: Case): Promise<string[]> {
  const driver = new CaseDriver(new MistralRest(server.url), recorded, service.base);
  return differences(soften(recorded.expected), soften(await driver.run()));
}

describe('the recorded cases over REST', () => {
  it.each(cases.map(({ name }) => name))(
    '%s',
    async (name) => {
      const found = await outcomes.get(name);
      if (documented.has(name)) expect(found).not.toEqual([]);
      else expect(found).toEqual([]);
    },
    60_000,
  );

  it('are handled without an error of our own', async () => {
    await Promise.allSettled(outcomes.values());
    expect(server.errors).toEqual([]);
  }, 60_000);
});
