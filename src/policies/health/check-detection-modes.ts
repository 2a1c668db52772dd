/** Which detection modes go together, and what NODE_STATUS_POLL_URL needs. */
import { isIP } from 'node:net';
import type { Issue } from '../../domain/errors.ts';
import { quoteValue } from '../../domain/errors.ts';
import type { DetectionMode, HealthPolicy, PollUrlOptions } from '../../domain/health-policy.ts';
import { isInVersion } from '../../domain/spec-schema.ts';
import { closestWord } from '../../domain/did-you-mean.ts';
import { parseHealthyResponse } from '../../health/healthy-response.ts';
import {
  expandUrl,
  parseUrlTemplate,
  misspelledPlaceholders,
  unknownPlaceholders,
  urlPlaceholders,
  placeholdersIn,
} from '../../health/url-template.ts';
import type { CheckSettings } from '../policy-type.ts';
import type { Findings } from './findings.ts';

const field = 'detection.detection_modes';

export function checkDetectionModes(policy: HealthPolicy, settings: CheckSettings, findings: Findings): void {
  const { modes } = policy.detection;
  const modern = isInVersion(policy.version, '1.3');
  if (modes.length === 0) findings[modern ? 'issues' : 'warnings'].push(noModes());
  if (!modern) checkEventsAlone(modes, findings);
  modes.forEach((mode, index) => {
    if (mode.type !== 'NODE_STATUS_POLL_URL') return;
    const path = `${field}[${index}].options`;
    checkPollUrl(mode.options, path, findings);
    checkIsOfOneNode(mode.options.poll_url, `${path}.poll_url`, findings);
    checkAddress(mode.options.poll_url, `${path}.poll_url`, settings, findings);
    checkTimeout(mode.options, policy.detection.intervalMs / 1000, path, findings);
  });
}

function noModes(): Issue {
  const hint = 'without one no failure is ever detected';
  return { field, expected: 'at least one detection mode', found: 'none', hint };
}

function checkEventsAlone(modes: readonly DetectionMode[], { issues }: Findings): void {
  if (modes.length < 2 || !modes.some((mode) => mode.type === 'LIFECYCLE_EVENTS')) return;
  const found = modes.map((mode) => mode.type).join(', ');
  const hint = 'beside other modes it came with version 1.3 of this policy type';
  issues.push({ field, expected: 'LIFECYCLE_EVENTS alone, or other modes', found, hint });
}

function checkPollUrl(options: PollUrlOptions, path: string, findings: Findings): void {
  checkUrl(options.poll_url, `${path}.poll_url`, findings);
  const pattern = parseHealthyResponse(options.poll_url_healthy_response);
  if (pattern.ok) return;
  const found = quoteValue(options.poll_url_healthy_response);
  const { expected, hint } = pattern;
  findings.issues.push({ field: `${path}.poll_url_healthy_response`, expected, found, hint });
}

/**
 * Whatever answers there is the same for all nodes: when it fails, all of them fail, and no recovery helps.
 */
function checkIsOfOneNode(url: string, path: string, { issues, warnings }: Findings): void {
  const isWrong = issues.some((issue) => issue.field === path);
  if (isWrong || placeholdersIn(parseUrlTemplate(url)).size > 0) return;
  const expected = 'a URL with a placeholder, such as {address}';
  const hint = 'it is the same for every node, so that it says nothing about one of them';
  warnings.push({ field: path, expected, found: 'one without', hint });
}

/** A host name is checked at the request: only then its address is known. */
function checkAddress(url: string, path: string, { objectionTo }: CheckSettings, { issues }: Findings): void {
  const hasHost = !/^https?:\/\/[^/?#]*\{/i.test(url);
  const expanded = expandUrl(parseUrlTemplate(url), anyNode);
  if (objectionTo === undefined || !hasHost || !expanded.ok) return;
  const host = expanded.url.hostname.replace(/^\[|\]$/g, '');
  const hint = isIP(host) === 0 ? undefined : objectionTo(host);
  if (hint !== undefined)
    issues.push({ field: path, expected: 'a host that Coppice connects to', found: host, hint });
}

function checkTimeout(options: PollUrlOptions, interval: number, path: string, { warnings }: Findings): void {
  const timeout = options.poll_url_timeout;
  if (timeout === undefined || timeout < interval) return;
  const hint = 'a node that does not answer misses the rounds meanwhile';
  const expected = `less than detection.interval (${interval})`;
  warnings.push({ field: `${path}.poll_url_timeout`, expected, found: String(timeout), hint });
}

/** What a node may have: with it a template has to become a URL. */
const anyNode = {
  nodename: 'web-1',
  nodeid: 'a1',
  physical_id: 'b2',
  address: '10.0.0.1',
  port: 8080,
  cluster_id: 'c3',
  index: 1,
};

/** Only what cannot be secret. */
function beginningOf(url: string): string {
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(url)?.[0];
  return scheme === undefined ? 'a text without it' : `one that begins with ${scheme}`;
}

/** A URL may hold a password: what was found is not repeated. */
function checkUrl(url: string, path: string, { issues }: Findings): void {
  if (!/^https?:\/\/[^/\s]/i.test(url)) {
    const found = url === '' ? 'nothing' : beginningOf(url);
    issues.push({ field: path, expected: 'a URL that begins with http:// or https://', found });
  }
  const template = parseUrlTemplate(url);
  const expanded = expandUrl(template, anyNode);
  const unknown = [...unknownPlaceholders(template), ...misspelledPlaceholders(url)];
  if (issues.every((issue) => issue.field !== path) && unknown.length === 0 && !expanded.ok)
    issues.push({ field: path, expected: 'a URL', found: 'a text that is none', hint: expanded.reason });
  for (const name of unknown) {
    const known = urlPlaceholders.map((placeholder) => `{${placeholder}}`);
    const meant = closestWord(name, urlPlaceholders);
    issues.push({
      field: path,
      expected: `placeholders among ${known.join(' ')}`,
      found: `{${name}}`,
      ...(meant === undefined ? {} : { hint: `did you mean {${meant}}?` }),
    });
  }
}
