/** A whole server in this process, whose users are those of a simulated Keystone. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCoppice, type Coppice } from '../../src/app.ts';
import { startCloudSimulator, type CloudSimulator } from '../../src/cloud-simulator/cloud-simulator.ts';
import type { SimulatorUser } from '../../src/cloud-simulator/settings.ts';
import { loadConfig } from '../../src/config.ts';

export interface KeystoneServer {
  readonly simulator: CloudSimulator;
  readonly coppice: Coppice;
  /** @param project null: the token is for none. */
  tokenOf(name: string, project: string | null): Promise<string>;
  close(): Promise<void>;
}

const password = 'of-all-users';

/** @param cacheMs how long what Keystone has said of a token counts; absent: as configured. */
export async function startKeystoneServer(
  users: SimulatorUser[],
  { cacheMs }: { readonly cacheMs?: number } = {},
): Promise<KeystoneServer> {
  const simulator = await startCloudSimulator({
    password,
    settings: { users, latency: { answer_ms: 0, operation_ms: 20 } },
  });
  const before = { ...process.env };
  Object.assign(process.env, simulator.environment);
  const directory = mkdtempSync(join(tmpdir(), 'coppice-keystone-'));
  const config = loadConfig({
    data_dir: directory,
    listen: '127.0.0.1:0',
    cloud: { use: 'openstack' },
    auth: { use: 'keystone' },
  });
  const keystone = { ...config.auth.keystone, ...(cacheMs === undefined ? {} : { cacheMs }) };
  const coppice = await startCoppice({
    ...config,
    logLevel: 'silent',
    auth: { ...config.auth, keystone },
  });
  return {
    simulator,
    coppice,
    async tokenOf(name, project) {
      const domain = { id: 'default' };
      const scope = project === null ? 'unscoped' : { project: { name: project, domain } };
      const identity = { methods: ['password'], password: { user: { name, domain, password } } };
      const url = `${simulator.environment['OS_AUTH_URL'] ?? ''}/auth/tokens`;
      const body = JSON.stringify({ auth: { identity, scope } });
      return (await fetch(url, { method: 'POST', body })).headers.get('x-subject-token') ?? '';
    },
    async close() {
      await coppice.stop();
      await simulator.close();
      process.env = before;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
