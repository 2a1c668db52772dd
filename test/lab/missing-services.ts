import type { Lab, ServiceType } from './lab.ts';

/** Why a scene is skipped; empty: the lab has all the services that it needs. */
export function missingServices(lab: Lab, needs: readonly ServiceType[]): string {
  const missing = needs.filter((service) => !lab.has(service));
  return missing.length === 0 ? '' : `the lab has no ${missing.join(', ')}`;
}
