/** std.http and std.mistral_http: parameters and results as Mistral has them. */
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import type { HttpAnswer, HttpRequest } from '../../outbound/http-request.ts';
import { RequestFailed } from '../../outbound/request-failed.ts';
import { isTruthy } from '../expressions.ts';
import { pythonText } from '../language/conductor/python-text.ts';
import { describeUrl } from '../../outbound/url-text.ts';
import type { HttpPolicy } from './http-policy.ts';
import {
  type ActionCall,
  type ActionOutcome,
  type ActionParameter,
  failed,
  type PerformedAction,
  raised,
  succeeded,
} from './action-type.ts';
import {
  isHttpMethod,
  isHttpUrl,
  isMappingOrEmpty,
  isMappingOrText,
  isNothing,
  isSecondsAboveZero,
  numberIn,
} from './parameter-checks.ts';

/**
 * Mistral has no default; a server that never answers must not keep an action running forever. A task's own
 * `timeout` may be shorter.
 */
const defaultTimeoutSeconds = 300;
const maxTimeoutSeconds = 24 * 3600;
const MAX_REDIRECTS = 10;

const optional: readonly Omit<ActionParameter, 'required'>[] = [
  { name: 'params', check: isMappingOrText },
  { name: 'body' },
  { name: 'json' },
  { name: 'headers', check: isMappingOrEmpty },
  { name: 'cookies', check: isMappingOrEmpty },
  { name: 'auth' },
  { name: 'timeout', check: isSecondsAboveZero },
  { name: 'allow_redirects' },
  { name: 'proxies', check: isNothing },
  { name: 'verify' },
];
const httpParameters: readonly ActionParameter[] = [
  { name: 'url', required: true, check: isHttpUrl },
  { name: 'method', required: false, default: 'GET', check: isHttpMethod },
  ...optional.map((parameter) => ({ ...parameter, required: false, default: null })),
];

export interface HttpActionServices {
  readonly policy: HttpPolicy;
  /** Base URL of this server's API, for the callback of std.mistral_http; undefined if no API is served. */
  readonly apiUrl: () => string | undefined;
}

const httpActionNames = ['std.http', 'std.mistral_http'] as const;

/** Known without the services that they need. */
export const httpActionSignatures = httpActionNames.map((name) => ({ name, parameters: httpParameters }));

export function httpActions(services: HttpActionServices): readonly PerformedAction[] {
  const { policy } = services;
  return [
    {
      name: httpActionNames[0],
      description: 'Sends an HTTP request; succeeds on a response with status 200 to 306.',
      parameters: httpParameters,
      perform: (call, signal) => perform('HTTP action', call, {}, policy, signal),
    },
    {
      name: httpActionNames[1],
      description:
        'Sends an HTTP request and runs until the called server completes it with a PUT to the URL in its Mistral-Callback-URL header.',
      parameters: httpParameters,
      async perform(call, signal) {
        const headers = callbackHeaders(call, services.apiUrl());
        const outcome = await perform('Mistral HTTP action', call, headers, policy, signal);
        return outcome.kind === 'ended' && outcome.state === 'SUCCESS' ? { kind: 'external' } : outcome;
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
  { http, maxResponseBytes }: HttpPolicy,
  signal: AbortSignal,
): Promise<ActionOutcome> {
  const started = performance.now();
  let request: HttpRequest;
  try {
    checkInput(call.input);
    request = requestOf(call.input, headers, maxResponseBytes);
  } catch (error) {
    return raised(name, call, `Failed to send HTTP request: none was sent: ${reasonOf(error)}`);
  }
  try {
    const seconds = timeoutOf(call.input['timeout'] ?? null);
    const timeout = AbortSignal.timeout(seconds * 1000);
    const answer = await http.send(request, AbortSignal.any([signal, timeout])).catch((error: unknown) => {
      throw timeout.aborted ? new Error(`no answer within ${seconds} seconds`) : error;
    });
    if (answer.unfollowed !== null) throw new Error(answer.unfollowed);
    const result = resultOf(answer, (performance.now() - started) / 1000);
    return answer.status >= 200 && answer.status <= 306 ? succeeded(result) : failed(result);
  } catch (error) {
    const what = `${request.method} ${describeUrl(request.url)}`;
    return raised(name, call, `Failed to send HTTP request: ${what}: ${reasonOf(error)}`);
  }
}

/** @throws Error that names the parameter, what was expected and what was found. */
function checkInput(input: JsonObject): void {
  for (const { name, check } of httpParameters) {
    const problem = name in input ? check?.(input[name] ?? null) : undefined;
    if (problem !== undefined) throw new Error(`${name}: ${problem}`);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof RequestFailed && error.kind === 'certificate') {
    return `${error.message}; verify: false accepts any certificate`;
  }
  return error instanceof Error ? error.message : String(error);
}

function timeoutOf(value: Json): number {
  if (value === null) return defaultTimeoutSeconds;
  return Math.min(numberIn(value) ?? defaultTimeoutSeconds, maxTimeoutSeconds);
}

function requestOf(input: JsonObject, extra: Record<string, string>, limit: number): HttpRequest {
  const url = new URL(pythonText(input['url'] ?? ''));
  addParams(url, input['params'] ?? null);
  const auth = credentials(input['auth'] ?? null);
  const { body, type } = bodyOf(input);
  const cookies = Object.entries(textsOf(input['cookies'] ?? null));
  return {
    url,
    body,
    method: pythonText(input['method'] ?? 'GET').toUpperCase(),
    maxRedirects: isTruthy(input['allow_redirects'] ?? null) ? MAX_REDIRECTS : 0,
    read: { limit, longer: 'fail' },
    verifyTls: input['verify'] === undefined || input['verify'] === null || isTruthy(input['verify']),
    headers: {
      'User-Agent': 'coppice-workflow',
      Accept: '*/*',
      ...(type === undefined ? {} : { 'Content-Type': type }),
      ...(auth === undefined ? {} : { Authorization: auth }),
      ...(cookies.length === 0 ? {} : { Cookie: cookies.map((pair) => pair.join('=')).join('; ') }),
      ...withoutLength(textsOf(input['headers'] ?? null)),
      ...extra,
    },
  };
}

/** As in Python's requests, Content-Length is always computed from the body. */
function withoutLength(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'content-length'),
  );
}

/** As Python's requests sends them: a text unchanged, each item of a list under the name of the list. */
function addParams(url: URL, params: Json): void {
  if (!isTruthy(params)) return;
  if (typeof params === 'string') {
    url.search = url.search === '' ? `?${params}` : `${url.search}&${params}`;
    return;
  }
  for (const [name, value] of Object.entries<Json>(params as JsonObject)) {
    for (const item of itemsOf(value)) url.searchParams.append(name, pythonText(item));
  }
}

function itemsOf(value: Json): readonly Json[] {
  const items = isJsonObject(value) ? Object.keys(value) : [value].flat();
  return items.filter((item) => item !== null);
}

/** A body that is not text is sent as JSON without a Content-Type, `json` with one, as in Mistral. */
function bodyOf(input: JsonObject): { body: string | undefined; type?: string } {
  const [json, body] = [input['json'] ?? null, input['body'] ?? null];
  if (isTruthy(json) && isTruthy(body)) throw new Error('body: cannot be sent together with json');
  if (json !== null) return { body: JSON.stringify(json), type: 'application/json' };
  if (body === null) return { body: undefined };
  return { body: typeof body === 'string' ? body : JSON.stringify(body) };
}

function textsOf(value: Json): Record<string, string> {
  if (!isJsonObject(value)) return {};
  const given = Object.entries<Json>(value).filter(([, item]) => item !== null);
  return Object.fromEntries(given.map(([key, item]) => [key, pythonText(item)]));
}

/** `user:password`; without `auth`, credentials in the URL are used. */
function credentials(auth: Json): string | undefined {
  return typeof auth === 'string' && auth !== ''
    ? `Basic ${Buffer.from(auth).toString('base64')}`
    : undefined;
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

function headersNamed(answer: HttpAnswer, lowerCaseName: string): string[] {
  return answer.headers.filter(([name]) => name.toLowerCase() === lowerCaseName).map(([, value]) => value);
}

/** Guessed as Python's requests does. */
function encodingOf(answer: HttpAnswer): string | null {
  const type = headersNamed(answer, 'content-type')[0] ?? '';
  const charset = /charset=["']?([\w-]+)/i.exec(type)?.[1];
  if (charset !== undefined) return charset;
  if (/^application\/json/i.test(type)) return 'utf-8';
  return /^text\//i.test(type) ? 'ISO-8859-1' : null;
}

/** Deeper JSON stays text, because later code traverses results recursively. */
const maxContentDepth = 100;

function contentOf(body: Buffer, encoding: string | null): Json {
  const text = decode(body, encoding);
  try {
    const value = JSON.parse(text) as Json;
    return depthOf(value) > maxContentDepth ? text : value;
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
  while (level.length > 0 && depth <= maxContentDepth) {
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
