/** What of `safety.zone_outage` cannot work, or is probably not meant, whatever the nodes are. */
import type { HealthPolicy } from '../../domain/health-policy.ts';
import { quoteValue } from '../../domain/errors.ts';
import { isJsonObject, type JsonObject } from '../../domain/json.ts';
import type { Findings } from './findings.ts';

const field = 'safety.zone_outage';

export function checkZoneOutage({ safety, detection }: HealthPolicy, { issues, warnings }: Findings): void {
  const { zoneOutage } = safety;
  if (zoneOutage === null) return;
  const { domain, withinMs } = zoneOutage;
  if (domain.kind === 'LABEL' && domain.label === '') {
    const expected = 'the key of the metadata whose values are the domains';
    const hint = 'for nodes with the metadata {rack: r1}: label: rack';
    issues.push({ field: `${field}.label`, expected, found: 'nothing', hint });
  }
  if (withinMs < detection.intervalMs) {
    const interval = detection.intervalMs / 1000;
    const hint = 'each node is probed once in an interval: what fails at once is seen as far apart';
    const expected = `at least detection.interval (${interval})`;
    warnings.push({ field: `${field}.within`, expected, found: String(withinMs / 1000), hint });
  }
}

/** A label beside another domain means nothing. @param properties with their defaults. */
export function checkIdleLabel({ safety }: JsonObject, { issues }: Findings): void {
  const outage = isJsonObject(safety) ? safety['zone_outage'] : undefined;
  if (!isJsonObject(outage) || outage['label'] === undefined || outage['domain'] === 'LABEL') return;
  const found = quoteValue(outage['label']);
  const hint = 'leave it out where nodes fail with their zone or host';
  issues.push({ field: `${field}.label`, expected: 'domain: LABEL beside it', found, hint });
}
