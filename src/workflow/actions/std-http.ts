/** std.http and std.mistral_http: parameters and results as Mistral has them. */
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import { isTruthy } from '../expressions.ts';
import { pythonText } from '../language/conductor/python-text.ts';
import { exchange, type ExchangeLimits, type HttpAnswer, type HttpRequest } from './http-exchange.ts';
import { AddressGuard, type HttpPolicy } from './http-policy.ts';
import {
  type ActionCall,
  type ActionOutcome,
  type ActionParameter,
  failed,
  type PerformedAction,
  raised,
  succeeded,
} from './action-type.ts';

/** Mistral has none; a server that never answers must not hold an action for ever. A task's own `timeout` may be shorter. */
const defaultTimeoutSeconds = 300;
const longestTimeoutSeconds = 24 * 3600;

const optional = [
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
];
const parameters: readonly ActionParameter[] = [
  { name: 'url', required: true },
  { name: 'method', required: false, default: 'GET' },
  ...optional.map((name) => ({ name, required: false, default: null })),
];

export interface HttpActionServices {
  readonly policy: HttpPolicy;
  /** Base of our own API, for the callback of std.mistral_http; undefined where none is served. */
  readonly apiUrl: () => string | undefined;
}

export const httpActionNames = ['std.http', 'std.mistral_http'] as const;

/** @throws Error for a policy that names something else than addresses and networks. */
export function httpActions(services: HttpActionServices): readonly PerformedAction[] {
  const { maxResponseBytes } = services.policy;
  const limits = { guard: new AddressGuard(services.policy), maxResponseBytes };
  return [
    {
      name: httpActionNames[0],
      description: 'Sends an HTTP request; succeeds with an answer of status 200 to 306.',
      parameters,
      perform: (call, signal) => perform('HTTP action', call, {}, limits, signal),
    },
    {
      name: httpActionNames[1],
      description:
        'Sends an HTTP request and runs until the receiver completes it: PUT to the URL in its Mistral-Callback-URL header.',
      parameters,
      async perform(call, signal) {
        const headers = callbackHeaders(call, services.apiUrl());
        const outcome = await perform('Mistral HTTP action', call, headers, limits, signal);
        return outcome.kind === 'ended' && outcome.state === 'SUCCESS' ? { kind: 'later' } : outcome;
      },
    },
  ];
}

function callbackHeaders(call: ActionCall, apiUrl: string | undefined): Record<string, string> {
  return {
    'Mistral-Workflow-Name': call.workflowName,
    'Mistral-Workflow-Execution-Id': call.executionId,
    'Mistral-Task-Id': call.taskId,
    'Mistral-Action-Execution-Id': call.id,
    'Mistral-Callback-URL': `${apiUrl ?? ''}/v2/action_executions/${call.id}`,
  };
}

async function perform(
  name: string,
  call: ActionCall,
  headers: Record<string, string>,
  limits: ExchangeLimits,
  signal: AbortSignal,
): Promise<ActionOutcome> {
  const started = performance.now();
  try {
    const seconds = timeoutOf(call.input['timeout'] ?? null);
    const timeout = AbortSignal.timeout(seconds * 1000);
    const answer = await exchange(
      requestOf(call.input, headers),
      limits,
      AbortSignal.any([signal, timeout]),
    ).catch((error: unknown) => {
      throw timeout.aborted ? new Error(`no answer within ${seconds} seconds`) : error;
    });
    const result = resultOf(answer, (performance.now() - started) / 1000);
    return answer.status >= 200 && answer.status <= 306 ? succeeded(result) : failed(result);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return raised(name, call, `Failed to send HTTP request: ${reason}`);
  }
}

function timeoutOf(value: Json): number {
  if (value === null) return defaultTimeoutSeconds;
  const seconds = typeof value === 'string' ? Number(value) : value;
  if (typeof seconds !== 'number' || !(seconds > 0)) throw new Error('timeout: expected seconds above 0');
  return Math.min(seconds, longestTimeoutSeconds);
}

function requestOf(input: JsonObject, extra: Record<string, string>): HttpRequest {
  const url = URL.parse(pythonText(input['url'] ?? ''));
  if (url === null) throw new Error('url: expected a URL of http or https');
  if (isTruthy(input['proxies'] ?? null)) throw new Error('proxies: not supported');
  addParams(url, input['params'] ?? null);
  const auth = credentials(input['auth'] ?? null, url);
  url.username = '';
  url.password = '';
  const { body, type } = bodyOf(input);
  const cookies = Object.entries(textsOf('cookies', input['cookies'] ?? null));
  return {
    url,
    body,
    method: pythonText(input['method'] ?? 'GET').toUpperCase(),
    followRedirects: isTruthy(input['allow_redirects'] ?? null),
    verifyTls: input['verify'] === undefined || input['verify'] === null || isTruthy(input['verify']),
    headers: {
      'User-Agent': 'coppice-workflow',
      Accept: '*/*',
      ...(type === undefined ? {} : { 'Content-Type': type }),
      ...(auth === undefined ? {} : { Authorization: auth }),
      ...(cookies.length === 0 ? {} : { Cookie: cookies.map((pair) => pair.join('=')).join('; ') }),
      ...(body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }),
      ...textsOf('headers', input['headers'] ?? null),
      ...extra,
    },
  };
}

/** As Python's requests sends them: a text as it is, each item of a list under the name of the list. */
function addParams(url: URL, params: Json): void {
  if (!isTruthy(params)) return;
  if (typeof params === 'string') {
    url.search = url.search === '' ? `?${params}` : `${url.search}&${params}`;
    return;
  }
  if (!isJsonObject(params)) throw new Error('params: expected a mapping or a text');
  for (const [name, value] of Object.entries<Json>(params)) {
    for (const item of itemsOf(value)) url.searchParams.append(name, pythonText(item));
  }
}

function itemsOf(value: Json): readonly Json[] {
  const items = isJsonObject(value) ? Object.keys(value) : [value].flat();
  return items.filter((item) => item !== null);
}

/** A body that is no text is sent as JSON text without a Content-Type, `json` with one: as Mistral does. */
function bodyOf(input: JsonObject): { body: string | undefined; type?: string } {
  const [json, body] = [input['json'] ?? null, input['body'] ?? null];
  if (isTruthy(json) && isTruthy(body)) throw new Error('body: cannot be sent together with json');
  if (json !== null) return { body: JSON.stringify(json), type: 'application/json' };
  if (body === null) return { body: undefined };
  return { body: typeof body === 'string' ? body : JSON.stringify(body) };
}

function textsOf(name: string, value: Json): Record<string, string> {
  if (value === null || value === '') return {};
  if (!isJsonObject(value)) throw new Error(`${name}: expected a mapping`);
  const given = Object.entries<Json>(value).filter(([, item]) => item !== null);
  return Object.fromEntries(given.map(([key, item]) => [key, pythonText(item)]));
}

/** `user:password`, as the parameter or in the URL. */
function credentials(auth: Json, url: URL): string | undefined {
  const inUrl = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  const pair = typeof auth === 'string' && auth !== '' ? auth : inUrl === ':' ? undefined : inUrl;
  return pair === undefined ? undefined : `Basic ${Buffer.from(pair).toString('base64')}`;
}

function resultOf(answer: HttpAnswer, elapsed: number): JsonObject {
  const encoding = encodingOf(answer);
  return {
    content: contentOf(answer.body, encoding),
    status: answer.status,
    headers: Object.fromEntries(answer.headers),
    url: answer.url.href,
    history: answer.redirects.map((status) => `<Response [${status}]>`),
    encoding,
    reason: answer.reason,
    cookies: cookiesOf(answer),
    elapsed,
  };
}

function headersNamed(answer: HttpAnswer, wanted: string): string[] {
  return answer.headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);
}

/** As Python's requests guesses it. */
function encodingOf(answer: HttpAnswer): string | null {
  const type = headersNamed(answer, 'content-type')[0] ?? '';
  const charset = /charset=["']?([\w-]+)/i.exec(type)?.[1];
  if (charset !== undefined) return charset;
  if (/^application\/json/i.test(type)) return 'utf-8';
  return /^text\//i.test(type) ? 'ISO-8859-1' : null;
}

/** Deeper JSON stays text: everything that later walks a result walks it recursively. */
const deepestContent = 100;

function contentOf(body: Buffer, encoding: string | null): Json {
  const text = decode(body, encoding);
  try {
    const value = JSON.parse(text) as Json;
    return depthOf(value) > deepestContent ? text : value;
  } catch {
    return text;
  }
}

function decode(body: Buffer, encoding: string | null): string {
  try {
    return new TextDecoder(encoding ?? 'utf-8').decode(body);
  } catch {
    return body.toString('utf8');
  }
}

function depthOf(value: Json): number {
  let level: Json[] = [value];
  let depth = 0;
  while (level.length > 0 && depth <= deepestContent) {
    level = level.flatMap((item) =>
      typeof item === 'object' && item !== null ? Object.values<Json>(item) : [],
    );
    depth += 1;
  }
  return depth;
}

function cookiesOf(answer: HttpAnswer): JsonObject {
  const pairs = headersNamed(answer, 'set-cookie').map((cookie) => /^\s*([^=;]+)=([^;]*)/.exec(cookie));
  return Object.fromEntries(pairs.flatMap((pair) => (pair === null ? [] : [[pair[1] ?? '', pair[2] ?? '']])));
}
