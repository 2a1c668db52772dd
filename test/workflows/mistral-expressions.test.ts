/** The recorded expressions, each as the output of a workflow of its own, through the REST API. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../src/domain/json.ts';
import { MistralRest, type RestAnswer } from '../support/mistral-rest-driver.ts';
import { startMistralServer, type MistralServer } from '../support/mistral-server.ts';

interface Row {
  readonly expression: string;
  readonly result?: Json;
  /** It fails when it is evaluated. */
  readonly error?: string;
  /** It is refused when the definition is created. */
  readonly invalid?: boolean;
}

const { data, expressions } = JSON.parse(
  readFileSync(new URL('../data/mistral-expressions.json', import.meta.url), 'utf8'),
) as { data: JsonObject; expressions: readonly Row[] };

const rows = expressions.map((row, index) => ({ ...row, index }));
const [valid, invalid] = [rows.filter((row) => row.invalid !== true), rows.filter((row) => row.invalid)];

function definitionOf(some: readonly (typeof rows)[number][]): string {
  const workflows = some.map(({ index, expression }) => [
    `row${index}`,
    { input: Object.keys(data), output: { value: expression }, tasks: { a: { action: 'std.noop' } } },
  ]);
  return JSON.stringify({ version: '2.0', ...Object.fromEntries(workflows) });
}

let server: MistralServer;
let rest: MistralRest;
const atOnce = 20;
const ended = new Map<number, JsonObject>();

beforeAll(async () => {
  server = await startMistralServer();
  rest = new MistralRest(server.url);
  expect(await rest.call('POST', '/workflows', definitionOf(valid))).toMatchObject({ status: 201 });
  const waiting = [...valid];
  const work = async (): Promise<void> => {
    for (let row = waiting.shift(); row !== undefined; row = waiting.shift())
      ended.set(row.index, (await run(row.index)).body);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}, 60_000);

afterAll(async () => {
  await server.close();
  expect(server.errors).toEqual([]);
});

/** Nothing in it waits, so it has ended when its start returns. */
async function run(index: number): Promise<RestAnswer> {
  const asked = { workflow_name: `row${index}`, input: JSON.stringify(data) };
  const { body } = await rest.call('POST', '/executions', asked);
  return await rest.call('GET', `/executions/${body['id'] as string}`);
}

describe('the recorded expressions over REST', () => {
  it('are all of them', () => expect([valid.length, invalid.length]).toEqual([421, 2]));

  it.each(valid)('row $index: $expression', ({ index, result, error }) => {
    const execution = ended.get(index);
    if (error === undefined) {
      expect(execution).toMatchObject({ state: 'SUCCESS', state_info: null });
      expect(JSON.parse(execution?.['output'] as string)).toEqual({ value: result });
    } else {
      expect(execution).toMatchObject({
        state: 'ERROR',
        state_info: expect.stringMatching(/Can not evaluate (YAQL|Jinja) expression/),
      });
    }
  });

  it.each(invalid)('row $index is refused: $expression', async (row) => {
    const { status, body } = await rest.call('POST', '/workflows', definitionOf([row]));
    expect(status).toBe(400);
    expect(body['faultstring']).toMatch(/^Invalid DSL: /);
  });
});
