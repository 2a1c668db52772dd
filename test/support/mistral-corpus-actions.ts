/**
 * Simulated actions: what std.* would answer, and after how long, in simulated time. `std.http` talks
 * to the little HTTP service of the recorded cases, whose counters live here.
 */
import { isJsonObject, type Json, type JsonObject } from '../../src/domain/json.ts';
import type { ActionInfo } from '../../src/workflow/language/conductor/lookups.ts';
import { pythonText } from '../../src/workflow/language/conductor/python-text.ts';
import { sortKey } from './mistral-corpus-form.ts';

export const httpBase = 'http://127.0.0.1:18999';

export interface Outcome {
  readonly afterMs: number;
  readonly state: 'SUCCESS' | 'ERROR';
  readonly result: Json;
  /** Called when it ends. */
  readonly atEnd?: () => void;
}

const declared: Readonly<Record<string, readonly string[] | undefined>> = {
  'std.noop': [],
  'std.echo': ['output!', 'delay'],
  'std.fail': ['error_data'],
  'std.sleep': ['seconds'],
  'std.async_noop': [],
  'std.http': [
    'url!',
    'method',
    'params',
    'body',
    'json',
    'headers',
    'cookies',
    'auth',
    'timeout',
    'allow_redirects',
    'proxies',
    'verify',
  ],
  'std.mistral_http': [
    'url!',
    'method',
    'params',
    'body',
    'json',
    'headers',
    'cookies',
    'auth',
    'timeout',
    'allow_redirects',
    'proxies',
    'verify',
  ],
  'std.test_dict': undefined,
};

export function systemAction(name: string): ActionInfo | null {
  if (!Object.hasOwn(declared, name)) return null;
  const inputs = declared[name]?.map((input) => ({
    name: input.replace('!', ''),
    required: input.endsWith('!'),
  }));
  return { kind: 'system', name, inputs };
}

export class SimulatedActions {
  readonly #counts = new Map<string, number>();
  readonly #current = new Map<string, number>();
  readonly #peak = new Map<string, number>();
  readonly #headers = new Map<string, readonly string[]>();

  /** undefined: an asynchronous action, completed from outside. */
  run(action: string, input: JsonObject): Outcome | undefined {
    switch (action) {
      case 'std.noop':
        return good(null);
      case 'std.echo':
        return { ...good(input['output'] ?? null), afterMs: seconds(input['delay']) };
      case 'std.sleep':
        return { ...good(null), afterMs: seconds(input['seconds'] ?? 1) };
      case 'std.fail':
        return bad(input['error_data'] || raised('Fail action', 'Fail action expected exception.'));
      case 'std.http':
        return this.#http(input);
      case 'std.mistral_http':
        return this.#mistralHttp(input);
      default:
        return undefined;
    }
  }

  #mistralHttp(input: JsonObject): Outcome | undefined {
    const headers = [
      'Workflow-Name',
      'Workflow-Execution-Id',
      'Task-Id',
      'Action-Execution-Id',
      'Callback-URL',
    ].map((name) => [`Mistral-${name}`, 'x']);
    const outcome = this.#http({ ...input, headers: Object.fromEntries(headers) });
    return outcome.state === 'ERROR' ? outcome : undefined;
  }

  #http(input: JsonObject): Outcome {
    const url = URL.parse(pythonText(input['url'] ?? null));
    if (url?.origin !== httpBase)
      return bad(raised('HTTP action', `Failed to send HTTP request: ${url?.href ?? 'no URL'}`));
    const params = isJsonObject(input['params']) ? input['params'] : {};
    for (const [name, value] of Object.entries<Json>(params)) url.searchParams.set(name, pythonText(value));
    const [kind = '', key = '', extra = ''] = url.pathname.split('/').filter(Boolean);
    const [status, content] = this.#answer(kind, key, extra, {
      ...input,
      url: url.pathname,
      query: Object.fromEntries(url.searchParams),
    });
    const response = httpResult(url.href, status, content);
    const outcome = status >= 200 && status <= 306 ? good(response) : bad(response);
    return kind === 'slow' ? this.#slowly(outcome, key, Number(extra)) : outcome;
  }

  #slowly(outcome: Outcome, key: string, afterMs: number): Outcome {
    const now = (this.#current.get(key) ?? 0) + 1;
    this.#current.set(key, now);
    this.#peak.set(key, Math.max(now, this.#peak.get(key) ?? 0));
    return {
      ...outcome,
      afterMs,
      atEnd: () => void this.#current.set(key, (this.#current.get(key) ?? 1) - 1),
    };
  }

  #count(key: string): number {
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count;
  }

  #answer(kind: string, key: string, extra: string, request: JsonObject): [number, Json] {
    const headers = isJsonObject(request['headers']) ? request['headers'] : {};
    if (kind === 'status') return [Number(key), { status: Number(key) }];
    if (kind === 'json')
      return [200, { node: { name: 'node-7', state: 'ACTIVE', ports: [22, 443] }, ok: true }];
    if (kind === 'flaky') return flaky(this.#count(key), Number(extra));
    if (kind === 'count') return [200, { call: this.#count(key) }];
    if (kind === 'slow') return [200, { key }];
    if (kind === 'peak') return [200, { peak: this.#peak.get(key) ?? 0 }];
    if (kind === 'callback') this.#headers.set(key, Object.keys(headers).toSorted());
    if (kind === 'callback') return [202, { accepted: true }];
    if (kind === 'seen') return [200, this.#headers.get(key) ?? []];
    if (kind === 'echo') return [200, echo(request, headers)];
    return [404, { error: 'no such path' }];
  }
}

function flaky(call: number, failures: number): [number, Json] {
  return [call <= failures ? 503 : 200, { call }];
}

function echo(request: JsonObject, headers: JsonObject): Json {
  const own = Object.entries<Json>(headers).filter(([name]) => name.startsWith('X-'));
  return {
    auth: null,
    body: request['body'] ?? null,
    content_type: headers['Content-Type'] ?? null,
    method: request['method'] ?? 'GET',
    path: request['url'] ?? '',
    query: request['query'] ?? {},
    x: Object.fromEntries(own.map(([name, value]) => [name, pythonText(value)])),
  };
}

const reasons: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  404: 'Not Found',
  503: 'Service Unavailable',
};

function httpResult(url: string, status: number, content: Json): JsonObject {
  return {
    content,
    status,
    headers: { 'Content-Type': 'application/json', 'Content-Length': String(sortKey(content).length) },
    url,
    history: [],
    encoding: 'utf-8',
    reason: reasons[status] ?? '',
    cookies: {},
    elapsed: 0.01,
  };
}

function good(result: Json): Outcome {
  return { afterMs: 0, state: 'SUCCESS', result };
}

function bad(result: Json): Outcome {
  return { afterMs: 0, state: 'ERROR', result };
}

function raised(action: string, message: string): string {
  return `The action raised an exception [action=${action}, action_ex_id=00000000-0000-0000-0000-000000000000, msg='${message}']`;
}

function seconds(value: Json | undefined): number {
  return typeof value === 'number' ? value * 1000 : 0;
}
