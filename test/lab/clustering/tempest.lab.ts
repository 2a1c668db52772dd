/**
 * Senlin's own tests of its API, those of Debian's senlin-tempest-plugin, pass with Coppice. Its servers are
 * in a simulated cloud: the tests name flavors and images that no lab has.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { Lab } from '../lab.ts';
import { ClientSession } from './client-session.ts';
import { debianPackages } from './debian-packages.ts';
import { makeAccounts, type TempestAccounts } from './tempest-accounts.ts';

const SENLIN = 'a real Senlin passed 304 in 996 s';
const TESTS = 306;
/** Most of a test is a pause of the client. */
const CONCURRENCY = 16;

/** Tests that do not pass, and why. */
const leftOut: Readonly<Record<string, string>> = {
  'TestPolicyCreateNegativeBadRequest.test_policy_create_spec_validation_failed':
    'wants 500 for a policy with an unknown property; it is answered with 400',
  'TestPolicyValidateNegativeBadRequest.test_policy_validate_spec_validation_failed':
    'wants 500 for a policy with an unknown property; it is answered with 400',
  'TestProfileTypeList.test_profile_type_list': 'wants container.dockerinc.docker, which there is not',
};

const lab = new Lab();
const folder = mkdtempSync(join(tmpdir(), 'coppice-tempest-'));
let session: ClientSession;
let accounts: TempestAccounts;

beforeAll(async () => {
  await debianPackages('tempest', 'senlin-tempest-plugin', 'python3-stestr');
  session = await ClientSession.start(lab, { cloud: 'simulated' });
  accounts = await makeAccounts(lab, CONCURRENCY + 2);
  configure(accounts);
}, 600_000);
afterAll(async () => {
  await accounts.remove();
  await session.stop();
  rmSync(folder, { recursive: true });
}, 120_000);

test('the tests of senlin-tempest-plugin for the API pass', async (context) => {
  await stestr('init');
  const began = performance.now();
  const output = await stestr('run', '--concurrency', String(CONCURRENCY), 'senlin_tempest_plugin.tests.api');
  const seconds = (performance.now() - began) / 1000;
  const failed = namesOf(output, 'FAILED');
  await session.noteByProject();
  session.store('tempest');
  const passed = namesOf(output, 'ok').length;
  await context.annotate(`${passed} of ${TESTS} passed in ${seconds.toFixed(0)} s; ${SENLIN}`);
  expect(failed.toSorted()).toEqual(Object.keys(leftOut).toSorted());
  expect(passed + failed.length).toBe(TESTS);
});

/** `TestActionList.test_action_list` */
function namesOf(output: string, result: 'ok' | 'FAILED'): readonly string[] {
  const lines = output.matchAll(/^\{\d+\} (\S+) \[[\d.]+s\] \.\.\. (\w+)$/gm);
  return [...lines].flatMap(([, name = '', found]) =>
    found === result ? [name.split('.').slice(-2).join('.')] : [],
  );
}

/** Fails where tests fail: its output says which. */
async function stestr(...args: readonly string[]): Promise<string> {
  const child = spawn('/usr/bin/stestr', args, {
    cwd: folder,
    env: {
      PATH: '/usr/bin:/bin',
      LC_ALL: 'C.UTF-8',
      HOME: folder,
      TEMPEST_CONFIG_DIR: folder,
      TEMPEST_CONFIG: 'tempest.conf',
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return output;
}

function configure({ accounts: all }: TempestAccounts): void {
  const file = (name: string): string => join(folder, name);
  mkdirSync(file('lock'));
  writeFileSync(file('accounts.yaml'), stringify(all));
  writeFileSync(
    file('.stestr.conf'),
    '[DEFAULT]\ntest_path=/usr/lib/python3/dist-packages/tempest/test_discover\ntop_dir=/usr/lib/python3/dist-packages\n',
  );
  const sections: Record<string, Record<string, string | boolean>> = {
    DEFAULT: { log_file: file('tempest.log') },
    auth: {
      admin_username: 'admin',
      admin_password: lab.password,
      admin_project_name: 'admin',
      admin_domain_name: 'Default',
      use_dynamic_credentials: false,
      test_accounts_file: file('accounts.yaml'),
    },
    identity: { uri_v3: lab.authUrl, auth_version: 'v3', region: 'RegionOne' },
    'identity-feature-enabled': { api_v2: false },
    service_available: { senlin: true, cinder: false, swift: false },
    clustering: {
      catalog_type: 'clustering',
      min_microversion: '1.12',
      delete_with_dependency: true,
      health_policy_version: '1.1',
    },
    oslo_concurrency: { lock_path: file('lock') },
  };
  const lines = Object.entries(sections).flatMap(([name, settings]) => [
    `[${name}]`,
    ...Object.entries(settings).map(([key, value]) => `${key} = ${String(value)}`),
  ]);
  writeFileSync(file('tempest.conf'), `${lines.join('\n')}\n`);
}
