/** Which requests a command of Debian's OpenStack clients makes, as its own log (--debug) tells. */
import { spawnSync } from 'node:child_process';
import { normaliseText } from './normalise.ts';
import type { Names } from './normalise.ts';

export interface ClientRequest {
  readonly method: string;
  /** Type of the service. */
  readonly service: string;
  readonly path: string;
  /** The header X-OpenStack-Nova-API-Version or OpenStack-API-Version, where one is sent. */
  readonly microversion?: string;
  readonly status: number;
}

const sent = /^(?:DEBUG.*)?(https?:\/\/\S+) "(\w+) (\S+) HTTP\/1\.1" (\d+)/;
const curl = /REQ: curl -g -i -X (\w+) /;
const microversionHeader = /-H "(?:X-OpenStack-Nova-API-Version|OpenStack-API-Version): ([^"]+)"/;

/** The requests that a log of a client tells of, in order. */
export function requestsIn(log: string, names: Names): readonly ClientRequest[] {
  const requests: ClientRequest[] = [];
  let microversion: string | undefined;
  for (const line of log.split('\n')) {
    if (curl.test(line)) microversion = microversionHeader.exec(line)?.[1];
    const [, endpoint, method, path, status] = sent.exec(line) ?? [];
    if (endpoint === undefined || method === undefined || path === undefined) continue;
    requests.push({
      method,
      service: names.endpoints.get(endpoint) ?? endpoint,
      path: normaliseText(path, names),
      ...(microversion === undefined ? {} : { microversion }),
      status: Number(status),
    });
    microversion = undefined;
  }
  return requests;
}

export interface ClientRun {
  readonly requests: readonly ClientRequest[];
  readonly output: string;
  readonly exit: number | null;
}

/** Runs `openstack --debug COMMAND` as a user of the lab. */
export function runClient(
  command: readonly string[],
  user: { readonly name: string; readonly password: string; readonly authUrl: string },
  names: Names,
): ClientRun {
  const result = spawnSync('/usr/bin/openstack', ['--debug', ...command], {
    encoding: 'utf8',
    maxBuffer: 100_000_000,
    env: {
      PATH: '/usr/bin:/bin',
      LC_ALL: 'C.UTF-8',
      OS_AUTH_URL: user.authUrl,
      OS_IDENTITY_API_VERSION: '3',
      OS_USERNAME: user.name,
      OS_PASSWORD: user.password,
      OS_PROJECT_NAME: user.name,
      OS_USER_DOMAIN_ID: 'default',
      OS_PROJECT_DOMAIN_ID: 'default',
      OS_REGION_NAME: 'RegionOne',
    },
  });
  return { requests: requestsIn(result.stderr, names), output: result.stdout, exit: result.status };
}
