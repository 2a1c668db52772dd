/**
 * A health record as it was written down, checked: what another Coppice wrote, or what is damaged, says
 * nothing about a node.
 */
import { isJsonObject } from './json.ts';
import type { Json } from './json.ts';
import type { HealthRecord, HealthState } from './health-record.ts';

const states: readonly unknown[] = [
  'HEALTHY',
  'SUSPECTED',
  'FAILED',
  'UNKNOWN',
] satisfies readonly HealthState[];
const verdicts: readonly unknown[] = [
  'healthy',
  'unhealthy',
  'unknown',
] satisfies readonly HealthRecord['last'][];

const isNumber = (value: Json | undefined): boolean => typeof value === 'number' && Number.isFinite(value);
const isText = (value: Json | undefined): boolean => typeof value === 'string';

/** One check for each key, so that a key that is added to the record is checked as well. */
const checks: Readonly<Record<keyof HealthRecord, (value: Json | undefined) => boolean>> = {
  state: (value) => states.includes(value),
  since: isNumber,
  reason: isText,
  last: (value) => verdicts.includes(value),
  failures: isNumber,
  successes: isNumber,
  failedAt: (value) => value === null || isNumber(value),
  failure: (value) => value === null || isFailure(value),
  // A record of an earlier Coppice has none.
  healthyAt: (value) => value === undefined || value === null || isNumber(value),
  detectors: (value) => Array.isArray(value) && value.every(isDetector),
  probedAt: isNumber,
  probeAgainAt: isNumber,
};

/** undefined: it is no record. */
export function readHealthRecord(value: Json): HealthRecord | undefined {
  if (!isJsonObject(value)) return undefined;
  const isRecord = Object.entries(checks).every(([key, isValid]) => isValid(value[key]));
  return isRecord ? (value as unknown as HealthRecord) : undefined;
}

function isFailure(value: Json | undefined): boolean {
  return isJsonObject(value) && isText(value['class']) && isText(value['reason']);
}

function isDetector(value: Json): boolean {
  if (!isJsonObject(value) || !isText(value['detector']) || !isNumber(value['since'])) return false;
  const { verdict } = value;
  return isJsonObject(verdict) && verdicts.includes(verdict['health']) && isText(verdict['reason']);
}
