/**
 * Authentication of the caller. `none` is for one user on one machine: every client that reaches the port may
 * do everything, so that it listens on loopback only. A browser of that user also runs pages of other sites;
 * what such a page could send is refused: a Host that is not this machine (DNS rebinding) and an Origin that
 * is not ours.
 */
import { isIP } from 'node:net';
import { CoppiceError } from '../domain/errors.ts';
import type { Caller } from '../requests/request-tools.ts';

export interface IncomingFacts {
  readonly method: string;
  header(name: string): string | undefined;
}

export interface Authentication {
  /** @throws Error with a sentence for the operator where the server must not listen there. */
  checkAddress(host: string): void;
  /** @throws CoppiceError `forbidden` */
  checkRequest(request: IncomingFacts): void;
  authenticate(request: IncomingFacts): Promise<Caller>;
}

/** The owner of everything where there are no users. */
const onlyCaller: Caller = { project: 'local', user: 'local', domain: null, roles: ['member', 'admin'] };

export function noAuthentication(): Authentication {
  return {
    checkAddress(host) {
      if (isLoopback(host)) return;
      throw new Error(
        `Authentication is "none": every client that reaches the port may do everything, so Coppice listens on this machine only ` +
          `(127.0.0.1, ::1 or localhost), not on ${host}. Choose one of these; for other machines put a proxy that authenticates in front.`,
      );
    },
    checkRequest(request) {
      const host = request.header('host');
      if (host !== undefined && !isLoopback(hostOf(host))) {
        refuse(`Host: expected localhost, 127.0.0.1 or [::1], found ${JSON.stringify(host.slice(0, 100))}`);
      }
      refuseOtherSites(request, host);
    },
    authenticate: () => Promise.resolve(onlyCaller),
  };
}

function refuse(sentence: string): never {
  throw new CoppiceError('forbidden', sentence);
}

/** A page of another site may link to us (navigation by GET), and send nothing else. */
function refuseOtherSites(request: IncomingFacts, host: string | undefined): void {
  const origin = request.header('origin');
  if (origin !== undefined && origin !== `http://${host}`) {
    refuse(`Origin: expected none or http://${host}, found ${JSON.stringify(origin.slice(0, 100))}`);
  }
  const link = request.method === 'GET' && request.header('sec-fetch-mode') === 'navigate';
  if (request.header('sec-fetch-site') === 'cross-site' && !link) {
    refuse('The request comes from a page of another site.');
  }
}

function hostOf(header: string): string {
  return header.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1');
}

export function isLoopback(host: string): boolean {
  if (host.toLowerCase() === 'localhost' || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}
