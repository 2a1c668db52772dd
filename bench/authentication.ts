/**
 * What it costs to find out who calls: the same list without authentication, with a token of the
 * configuration, and with one of Keystone, at 1, 8 and 32 connections. The old Senlin answered 8.7, 19.2 and
 * 18.7 requests a second on a machine like this.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashOfToken, newToken } from '../src/authentication/static-tokens.ts';
import { startCloudSimulator, type CloudSimulator } from '../src/cloud-simulator/cloud-simulator.ts';
import { localOwner } from '../src/domain/session.ts';
import { CloudSession } from '../src/openstack/cloud-session.ts';
import { findSettings } from '../src/openstack/find-settings.ts';
import { ServiceClient } from '../src/outbound/service-client.ts';
import { fillDatabase } from './filled-database.ts';
import { getRequest, requestsASecond } from './load.ts';
import { median, type Measure } from './measure.ts';
import { withServer, type ServerOptions } from './server.ts';

const ROUNDS = 3;
const ROUND_MS = 1000;
const CONNECTIONS = [1, 8, 32] as const;

interface Server {
  readonly url: URL;
  readonly token: string | undefined;
}

export async function benchAuthentication(): Promise<Measure[]> {
  const directory = mkdtempSync(join(tmpdir(), 'coppice-bench-'));
  const simulator = await startCloudSimulator();
  try {
    const token = newToken();
    const config = join(directory, 'coppice.yaml');
    const entry = { name: 'bench', sha256: hashOfToken(token), ...owner, roles: ['admin'] };
    writeFileSync(config, JSON.stringify({ auth: { tokens: [entry] } }));
    return await withFilled(directory, {}, async (none) =>
      withFilled(directory, { auth: 'token', config }, async (own) =>
        withFilled(directory, { auth: 'keystone', cloud: simulator.environment }, async (keystone) =>
          measureInTurns({
            none: { url: none, token: undefined },
            token: { url: own, token },
            keystone: { url: keystone, token: await tokenOfKeystone(simulator) },
          }),
        ),
      ),
    );
  } finally {
    await simulator.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

const owner = { user: localOwner.user, project: localOwner.project };

async function withFilled(
  directory: string,
  options: ServerOptions,
  work: (url: URL) => Promise<Measure[]>,
): Promise<Measure[]> {
  const data = mkdtempSync(join(directory, 'data-'));
  await fillDatabase(join(data, 'coppice.db'));
  return await withServer(data, async ({ url }) => await work(url), options);
}

async function tokenOfKeystone({ environment }: CloudSimulator): Promise<string> {
  const sender = new ServiceClient();
  const session = new CloudSession({ settings: findSettings({ env: environment }), sender });
  const { id } = await session.token({ signal: AbortSignal.timeout(10_000) });
  await sender.close();
  return id.reveal();
}

async function measureInTurns(servers: Readonly<Record<string, Server>>): Promise<Measure[]> {
  const rates = new Map<string, number[]>();
  for (let round = 0; round < ROUNDS; round += 1)
    for (const connections of CONNECTIONS)
      for (const [name, { url, token }] of Object.entries(servers)) {
        const request = getRequest(url, '/v1/clusters', token);
        const load = { connections, milliseconds: ROUND_MS, request: () => request };
        const found = rates.get(`${name} ${connections}`) ?? [];
        rates.set(`${name} ${connections}`, [...found, await requestsASecond(url, load)]);
      }
  const rate = (name: string, connections: number): number =>
    median(rates.get(`${name} ${connections}`) ?? []);
  return CONNECTIONS.flatMap((connections) =>
    ['token', 'keystone'].map((name) => ({
      name: `GET /v1/clusters, ${connections} connections, auth: ${name} / none`,
      detail: `${rate(name, connections).toFixed(0)} and ${rate('none', connections).toFixed(0)} requests a second`,
      value: rate('none', connections) / rate(name, connections),
      limit: { at: 'most' as const, value: 1.1 },
    })),
  );
}
