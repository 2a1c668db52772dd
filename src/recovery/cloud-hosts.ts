/** Whether the hosts of a cloud can be used, as Nova shows them; else nothing is known of them. Pure. */
import type { CloudHost } from '../domain/cloud-state.ts';
import { count, namesOf } from './describe.ts';
import type { UnusedHost } from './unused-hosts.ts';

/** Whether a server that is created now would find no host. */
export function hasNoHost(hosts: readonly CloudHost[] | null): boolean {
  return hosts !== null && hosts.length > 0 && !hosts.some((host) => isRunning(host) && !host.isDisabled);
}

/**
 * Why nothing can be done to any server: a host that is only disabled takes no new one, and yet runs those
 * that it has.
 * @returns null: one is up, or it is not known.
 */
export function whyNoneIsUp(hosts: readonly CloudHost[] | null): string | null {
  if (hosts === null || hosts.length === 0 || hosts.some(isRunning)) return null;
  return `no compute host is up: ${hostsInWords(hosts)}`;
}

/** `compute1 is down, compute2 is forced down (2 hosts)` */
export function hostsInWords(hosts: readonly CloudHost[]): string {
  const groups = [
    ['down', hosts.filter((host) => !host.isForcedDown && !host.isUp)],
    ['forced down', hosts.filter((host) => host.isForcedDown)],
    ['disabled', hosts.filter((host) => isRunning(host) && host.isDisabled)],
  ] as const;
  const parts = groups.flatMap(([what, those]) =>
    those.length === 0 ? [] : `${namesOf(those)} ${those.length === 1 ? 'is' : 'are'} ${what}`,
  );
  return `${parts.join(', ')} (${count(hosts.length, 'host')})`;
}

/** Why Nova places nothing on a host; null: it does. */
export function whyNotUsed(host: CloudHost): UnusedHost['why'] | null {
  if (host.isForcedDown) return 'forced down';
  if (!host.isUp) return 'down';
  return host.isDisabled ? 'disabled' : null;
}

function isRunning({ isUp, isForcedDown }: CloudHost): boolean {
  return isUp && !isForcedDown;
}
