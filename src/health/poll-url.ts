/**
 * NODE_STATUS_POLL_URL, with the options of Senlin's health policy 1.2 under their own names.
 *
 * Healthy is a 2xx answer that is whole in time, and holds `poll_url_healthy_response` if there is one. Where
 * nothing answers, the verdict is unhealthy if `poll_url_conn_error_as_unhealthy`, else unknown. Unlike in
 * Senlin, an answer outside of 2xx is an answer and always unhealthy (there it counted as a connection
 * error), and what could not be probed is never healthy.
 */
import type { PollUrlOptions } from '../domain/health-policy.ts';
import type { FailureClass, Verdict } from '../domain/verdict.ts';
import type { HttpClient } from '../outbound/http-client.ts';
import type { HttpAnswer, HttpRequest } from '../outbound/http-request.ts';
import { RequestFailed } from '../outbound/request-failed.ts';
import { describeUrl } from '../outbound/url-text.ts';
import { OutOfTime, secondsText } from './detector.ts';
import type { Detector, ProbeTarget } from './detector.ts';
import { BODY_LIMIT, parseHealthyResponse } from './healthy-response.ts';
import type { HealthyResponse } from './healthy-response.ts';
import { quoteBody } from './quote-body.ts';
import { expandUrl, parseUrlTemplate } from './url-template.ts';
import type { UrlValues } from './url-template.ts';

/** Where more come, the node's answer is a redirect, and not healthy. */
const MAX_REDIRECTS = 3;

const defaults: PollUrlOptions = {
  poll_url: '',
  poll_url_ssl_verify: true,
  poll_url_healthy_response: '',
  poll_url_retry_limit: 3,
  poll_url_retry_interval: 3,
  poll_url_conn_error_as_unhealthy: true,
};

/**
 * Wrong options (checked when the policy is created) do not throw here: they make every verdict `unknown`,
 * with the reason.
 */
export function pollUrl(given: Partial<PollUrlOptions>, http: HttpClient): Detector {
  const options = { ...defaults, ...given };
  const template = parseUrlTemplate(options.poll_url);
  const pattern = parseHealthyResponse(options.poll_url_healthy_response);
  return {
    mode: 'NODE_STATUS_POLL_URL',
    name: 'NODE_STATUS_POLL_URL',
    // Senlin's documentation says "retry ... for the number of times"; its code took the number for all
    // attempts.
    attempts: 1 + Math.max(0, options.poll_url_retry_limit),
    retryIntervalMs: options.poll_url_retry_interval * 1000,
    timeoutMs: timeoutOf(options),
    async probe(target, signal) {
      if (!pattern.ok)
        return unknown(`poll_url_healthy_response must be ${pattern.expected} (${pattern.hint})`);
      const expanded = expandUrl(template, valuesOf(target));
      if (!expanded.ok)
        return expanded.isLacking ? unhealthy('NOT_CREATED', expanded.reason) : unknown(expanded.reason);
      return request(expanded.url, options, pattern.response, http, signal);
    },
  };
}

/** Senlin's rule, where the policy says nothing: a tenth of the retry interval, at least a second. */
function timeoutOf({ poll_url_timeout, poll_url_retry_interval }: PollUrlOptions): number {
  return poll_url_timeout === undefined
    ? Math.max(1000, poll_url_retry_interval * 100)
    : poll_url_timeout * 1000;
}

function valuesOf({ node, profile }: ProbeTarget): UrlValues {
  const { address, port } = profile.endpoint(node);
  return {
    nodename: node.name,
    nodeid: node.id,
    physical_id: node.physicalId,
    // A node without a cluster lacks nothing: the URL is not made for it.
    cluster_id: node.clusterId ?? undefined,
    index: node.index,
    address,
    port,
  };
}

async function request(
  url: URL,
  options: PollUrlOptions,
  response: HealthyResponse | null,
  http: HttpClient,
  signal: AbortSignal,
): Promise<Verdict> {
  const bodyLimit = response?.bodyLimit ?? BODY_LIMIT;
  const request: HttpRequest = {
    method: 'GET',
    url,
    headers: { 'User-Agent': 'coppice-health' },
    verifyTls: options.poll_url_ssl_verify,
    maxRedirects: MAX_REDIRECTS,
    read: { limit: bodyLimit, longer: 'cut', of: isSuccess },
  };
  try {
    return judge(url, await http.send(request, signal), response, bodyLimit);
  } catch (error) {
    if (error instanceof RequestFailed)
      return noAnswer(url, error, signal, options.poll_url_conn_error_as_unhealthy);
    throw error;
  }
}

function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299;
}

function judge(
  requested: URL,
  answer: HttpAnswer,
  response: HealthyResponse | null,
  bodyLimit: number,
): Verdict {
  const { status, url, unfollowed, truncated } = answer;
  if (unfollowed !== null) return unhealthy('URL_UNHEALTHY', `${describeUrl(url)} answered ${unfollowed}`);
  if (!isSuccess(status)) return unhealthy('URL_UNHEALTHY', `${describeUrl(url)} answered ${status}`);
  const body = answer.body.toString('utf8');
  if (response === null || response.isIn(body))
    return { health: 'healthy', reason: `the URL answered ${status}` };
  const within = truncated ? ` in its first ${bodyLimit} bytes` : '';
  const found = quoteBody(body, [requested, url]);
  return unhealthy(
    'URL_UNHEALTHY',
    `${describeUrl(url)} answered ${status} with ${found}${within}, expected ${response.inWords} (poll_url_healthy_response)`,
  );
}

function noAnswer(requested: URL, error: RequestFailed, signal: AbortSignal, asUnhealthy: boolean): Verdict {
  const where = error.redirected
    ? `${describeUrl(requested)} redirected to ${describeUrl(error.url)}`
    : describeUrl(requested);
  const reason = `${where}: ${error.reason}`;
  switch (error.kind) {
    case 'aborted':
      // Anything but the end of its time means that the answer is not needed any more.
      if (!(signal.reason instanceof OutOfTime)) throw signal.reason;
      return unreachable(
        `${where}: no whole answer within ${secondsText(signal.reason.afterMs)} (poll_url_timeout, in a policy 1.3)`,
        asUnhealthy,
      );
    case 'local':
      return unknown(reason);
    case 'refused-address':
      // The URL of the policy cannot be requested; what a node answers with a redirect is an answer that is
      // not healthy.
      return error.redirected ? unhealthy('URL_UNHEALTHY', reason) : unknown(reason);
    case 'answer':
      return unhealthy('URL_UNHEALTHY', reason);
    case 'certificate':
      return unreachable(`${reason}; poll_url_ssl_verify: false accepts any certificate`, asUnhealthy);
    case 'remote':
      return unreachable(reason, asUnhealthy);
  }
}

function unreachable(reason: string, asUnhealthy: boolean): Verdict {
  return asUnhealthy
    ? unhealthy('URL_UNREACHABLE', reason)
    : unknown(`${reason}; connection errors do not count as unhealthy`);
}

function unhealthy(failure: FailureClass, reason: string): Verdict {
  return { health: 'unhealthy', failure, reason };
}

function unknown(reason: string): Verdict {
  return { health: 'unknown', reason };
}
