/**
 * Authentication `none`: for one user on one machine. Every client that reaches the port may do everything,
 * so that it listens on loopback only. A browser of that user also runs pages of other sites; what such a
 * page could send is refused: a Host that is not this machine (DNS rebinding) and an Origin that is not ours.
 */
import { isIP } from 'node:net';
import { CoppiceError } from '../domain/errors.ts';
import { localOwner } from '../domain/session.ts';
import type { Caller } from '../requests/request-tools.ts';
import type { Authentication } from './authentication.ts';
import { refuseOtherSites } from './other-sites.ts';

/** The owner of everything where there are no users. */
const onlyCaller: Caller = { ...localOwner, roles: ['admin'] };

export function noAuthentication(): Authentication {
  return {
    challenge: '',
    checkAddress(host) {
      if (isLoopback(host)) return;
      throw new Error(
        `Authentication is "none": every client that reaches the port may do everything, so Coppice listens on this machine only ` +
          `(127.0.0.1, ::1 or localhost), not on ${host}. Choose one of these, or set auth to token or keystone (docs/howto/authenticate.md).`,
      );
    },
    checkRequest(request) {
      const host = request.header('host');
      if (host !== undefined && !isLoopback(hostOf(host)))
        throw new CoppiceError(
          'forbidden',
          `Host: expected localhost, 127.0.0.1 or [::1], found ${JSON.stringify(host.slice(0, 100))}`,
        );
      refuseOtherSites(request);
    },
    authenticate: () => Promise.resolve(onlyCaller),
    rolesOf: (_owner, granted) => Promise.resolve(granted),
  };
}

function hostOf(header: string): string {
  return header.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1');
}

export function isLoopback(host: string): boolean {
  if (host.toLowerCase() === 'localhost' || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}
