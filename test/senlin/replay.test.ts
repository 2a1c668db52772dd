/**
 * The recorded exchanges with a real Senlin 14, played against our server in their order: the same requests
 * are answered with the same status, headers and body, but for what `deliberate-differences.ts` lists.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isJsonObject, type Json } from '../../src/domain/json.ts';
import type { Reply } from '../support/test-server.ts';
import { before } from './between-exchanges.ts';
import { differences, type Difference } from './compare-answers.ts';
import { deliberateDifferences, type DeliberateDifference } from './deliberate-differences.ts';
import { recordedExchanges, type RecordedExchange } from './recorded-exchange.ts';
import { RecordedIds } from './recorded-ids.ts';
import { PROJECT, SenlinStage, USER } from './senlin-stage.ts';
import { textOf } from './text-of.ts';

describe('A real Senlin was asked, and Coppice answers the same:', () => {
  const ids = new RecordedIds({ PROJECT, USER });
  const used = new Set<DeliberateDifference>();
  let stage: SenlinStage;

  beforeAll(async () => {
    stage = await SenlinStage.start();
  });
  afterAll(() => stage.stop());

  test.each(recordedExchanges.map((one) => [one.name, one] as const))('%s', async (_name, exchange) => {
    await before[exchange.name]?.(stage, ids);
    const found = await replay(stage, ids, exchange);
    const unexplained = found.filter((one) => {
      const reason = deliberateDifferences.find((deliberate) => explains(deliberate, exchange, one));
      if (reason !== undefined) used.add(reason);
      return reason === undefined;
    });
    expect(unexplained).toEqual([]);
    expect(stage.server.logged).toEqual([]);
  });

  test('each difference that is listed is there', () => {
    const unused = deliberateDifferences.filter((one) => !used.has(one));
    expect(unused).toEqual([]);
  });
});

function explains(
  { exchanges, at, ours }: DeliberateDifference,
  exchange: RecordedExchange,
  difference: Difference,
): boolean {
  if (exchanges !== undefined && !exchanges.includes(exchange.name)) return false;
  const { ours: found = null } = difference;
  return at.test(difference.at) && (ours === undefined || ours.test(textOf(found)));
}

/** Exchanges of the recording during which the action still ran. */
const goesOn = new Set(['cluster create', 'node create', 'node delete', 'webhook trigger']);

async function replay(
  stage: SenlinStage,
  ids: RecordedIds,
  exchange: RecordedExchange,
): Promise<Difference[]> {
  const { name, request, answer, ends } = exchange;
  const reply = await stage.ask(request.method, ids.inText(request.path), {
    ...request,
    body: ids.inValue(request.body),
  });
  expect(reply.headers['x-openstack-request-id']).toMatch(/^req-[0-9a-f-]{36}$/);
  if (reply.status !== answer.status) return [{ at: 'status', recorded: answer.status, ours: brief(reply) }];
  const found = ofAnswer(ids, exchange, reply);
  const { location } = reply.headers;
  if (location === undefined || goesOn.has(name)) return found;
  const { status, reason } = await stage.ended(location.split('/').at(-1) ?? '');
  if (ends === undefined) return found;
  return [
    ...found,
    ...differences(ids, 'ends.status', ends.status, status),
    ...differences(ids, 'ends.reason', ends.reason, reason),
  ];
}

/** `400 BadRequest: No property needs an update.` */
function brief({ status, body }: Reply): string {
  const error = isJsonObject(body) ? body['error'] : undefined;
  return isJsonObject(error)
    ? `${status} ${textOf(error['type'])}: ${textOf(error['message'])}`
    : `${status}`;
}

const comparedHeaders = ['location', 'www-authenticate', 'openstack-api-version', 'vary'];

function ofAnswer(ids: RecordedIds, { request, answer }: RecordedExchange, reply: Reply): Difference[] {
  const expected = expectedHeaders({ request, answer });
  const ofHeaders = comparedHeaders.flatMap((name) =>
    differences(ids, `headers.${name}`, expected[name], reply.headers[name]),
  );
  const expectedType = expected['content-type'];
  const ofType = differences(
    ids,
    'headers.content-type',
    expectedType,
    // What is JSON has no other encoding.
    reply.headers['content-type']?.replace(/^(application\/json); charset=utf-8$/, '$1'),
  );
  const { text, body, error } = answer;
  return [
    ...ofHeaders,
    ...ofType,
    ...(text === undefined ? [] : differences(ids, 'text', text, reply.text)),
    ...(body === undefined ? [] : differences(ids, 'body', body, reply.body as Json)),
    ...(error === undefined ? [] : ofError(ids, answer.status, error, reply.body)),
  ];
}

function ofError(
  ids: RecordedIds,
  status: number,
  { type, message }: { readonly type: string; readonly message: string },
  body: unknown,
): Difference[] {
  if (!isJsonObject(body) || !isJsonObject(body['error']))
    return [{ at: 'body', recorded: 'an error', ours: JSON.stringify(body) }];
  const { error } = body;
  expect(Object.keys(body)).toEqual(['code', 'error', 'explanation', 'title']);
  expect([body['code'], error['code']]).toEqual([status, status]);
  return [
    ...differences(ids, 'error.type', type, error['type']),
    ...differences(ids, 'error.message', message, error['message']),
  ];
}

function expectedHeaders({
  request,
  answer,
}: Pick<RecordedExchange, 'request' | 'answer'>): Record<string, string> {
  const isVersioned = request.path.startsWith('/v1/') && answer.status < 400;
  return {
    ...(answer.text === '' ? {} : { 'content-type': 'application/json' }),
    ...(isVersioned
      ? {
          'openstack-api-version': `clustering ${versionOf(request.microversion)}`,
          vary: 'OpenStack-API-Version',
        }
      : {}),
    ...answer.headers,
  };
}

/** What is for another service, and nothing, means the oldest. */
function versionOf(microversion: string | null): string {
  const [service, version = '1.0'] = microversion?.split(' ') ?? [];
  if (service !== 'clustering') return '1.0';
  return version === 'latest' ? '1.14' : version;
}
