/**
 * NODE_STATUS_POLL_URL, with the options of Senlin's health policy 1.2 under their own names.
 *
 * Healthy is a 2xx answer that is whole in time, and holds `poll_url_healthy_response` if there is one. Where nothing answers, the
 * verdict is unhealthy if `poll_url_conn_error_as_unhealthy`, else unknown. Otherwise than in Senlin: an answer outside of 2xx is an answer and
 * always unhealthy (there it counted as a connection error), and what could not be looked at is never healthy.
 */
import type { PollUrlOptions } from '../domain/health-policy.ts';
import type { FailureClass, Verdict } from '../domain/verdict.ts';
import { describeConnectionError } from './connection-error.ts';
import { OutOfTime, seconds } from './detector.ts';
import type { Detector, ProbeTarget } from './detector.ts';
import { BODY_LIMIT, parseHealthyResponse } from './healthy-response.ts';
import type { HealthyResponse } from './healthy-response.ts';
import { httpGet } from './http-get.ts';
import type { Answer } from './http-get.ts';
import { describeUrl, quoteBody } from './url-in-words.ts';
import { expandUrl, parseUrlTemplate } from './url-template.ts';
import type { UrlValues } from './url-template.ts';

const defaults: PollUrlOptions = {
  poll_url: '',
  poll_url_ssl_verify: true,
  poll_url_healthy_response: '',
  poll_url_retry_limit: 3,
  poll_url_retry_interval: 3,
  poll_url_conn_error_as_unhealthy: true,
};

/** Wrong options (checked when the policy is created) do not throw here: they make every verdict `unknown`, with the reason. */
export function pollUrl(given: Partial<PollUrlOptions>): Detector {
  const options = { ...defaults, ...given };
  const template = parseUrlTemplate(options.poll_url);
  const pattern = parseHealthyResponse(options.poll_url_healthy_response);
  return {
    mode: 'NODE_STATUS_POLL_URL',
    name: 'NODE_STATUS_POLL_URL',
    // Senlin's documentation says "retry ... for the number of times"; its code took the number for all attempts.
    attempts: 1 + Math.max(0, options.poll_url_retry_limit),
    retryIntervalMs: options.poll_url_retry_interval * 1000,
    timeoutMs: timeoutOf(options),
    async probe(target, signal) {
      if (!pattern.ok)
        return unknown(`poll_url_healthy_response must be ${pattern.expected} (${pattern.hint})`);
      const expanded = expandUrl(template, valuesOf(target));
      if (!expanded.ok) return unknown(expanded.reason);
      return ask(expanded.url, options, pattern.response, signal);
    },
  };
}

/** Senlin's rule: a tenth of the retry interval, at least a second. */
function timeoutOf(options: PollUrlOptions): number {
  return Math.max(1000, options.poll_url_retry_interval * 100);
}

function valuesOf({ node, profile }: ProbeTarget): UrlValues {
  const { address, port } = profile.endpoint(node);
  return {
    nodename: node.name,
    nodeid: node.id,
    physical_id: node.physicalId,
    cluster_id: node.clusterId,
    index: node.index,
    address: address ?? null,
    port: port ?? null,
  };
}

async function ask(
  url: URL,
  options: PollUrlOptions,
  response: HealthyResponse | null,
  signal: AbortSignal,
): Promise<Verdict> {
  const bodyLimit = response?.bodyLimit ?? BODY_LIMIT;
  try {
    const answer = await httpGet(url, { verifyTls: options.poll_url_ssl_verify, bodyLimit }, signal);
    return judge(url, answer, response, bodyLimit);
  } catch (error) {
    return noAnswer(url, error, options.poll_url_conn_error_as_unhealthy);
  }
}

function judge(asked: URL, answer: Answer, response: HealthyResponse | null, bodyLimit: number): Verdict {
  if (answer.refusedRedirect !== null) {
    return unhealthy('URL_UNHEALTHY', `${describeUrl(answer.url)} answered ${answer.refusedRedirect}`);
  }
  if (answer.status < 200 || answer.status > 299) {
    return unhealthy('URL_UNHEALTHY', `${describeUrl(answer.url)} answered ${answer.status}`);
  }
  if (response === null || response.isIn(answer.body)) {
    return { health: 'healthy', reason: `the URL answered ${answer.status}` };
  }
  const within = answer.truncated ? ` in its first ${bodyLimit} bytes` : '';
  const found = quoteBody(answer.body, [asked, answer.url]);
  return unhealthy(
    'URL_UNHEALTHY',
    `${describeUrl(answer.url)} answered ${answer.status} without poll_url_healthy_response${within}, but with ${found}`,
  );
}

function noAnswer(url: URL, error: unknown, asUnhealthy: boolean): Verdict {
  const where = describeUrl(url);
  if (error instanceof OutOfTime)
    return unreachable(`${where}: no whole answer within ${seconds(error.afterMs)}`, asUnhealthy);
  const problem = describeConnectionError(error);
  const reason = `${where}: ${problem.reason}`;
  if (problem.of === 'us') return unknown(reason);
  if (problem.of === 'answer') return unhealthy('URL_UNHEALTHY', reason);
  return unreachable(reason, asUnhealthy);
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
