import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findSettings } from './find-settings.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'coppice-clouds-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const variables = {
  OS_AUTH_URL: 'http://cloud:5000/v3',
  OS_USERNAME: 'demo',
  OS_PASSWORD: 's3cret',
  OS_PROJECT_NAME: 'web',
  OS_USER_DOMAIN_NAME: 'Default',
  OS_PROJECT_DOMAIN_ID: 'default',
};

function problem(env: Record<string, string>, cloud?: string): string {
  try {
    findSettings({ env: { HOME: home, ...env }, cloud, directory: home });
  } catch (error) {
    return (error as Error).message;
  }
  return 'none';
}

function writeClouds(text: string, name = 'clouds.yaml'): string {
  const folder = join(home, '.config', 'openstack');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

describe('the variables of OpenStack clients', () => {
  test('are a password in a project', () => {
    const found = findSettings({
      env: { ...variables, OS_REGION_NAME: 'North', OS_ENDPOINT_TYPE: 'internalURL' },
    });
    expect(found).toMatchObject({
      authUrl: 'http://cloud:5000/v3',
      region: 'North',
      interface: 'internal',
      verifyTls: true,
      credential: {
        kind: 'password',
        user: { name: 'demo', domain: { name: 'Default' } },
        scope: { kind: 'project', project: { name: 'web', domain: { id: 'default' } } },
      },
    });
    expect(found.origin).toEqual({
      where: 'OS_USERNAME and OS_PASSWORD in the environment of the server',
      test: 'openstack token issue',
    });
    expect(JSON.stringify(found)).not.toContain('s3cret');
  });

  test('may be an application credential, a token, or a trust', () => {
    const { OS_AUTH_URL } = variables;
    const application = { OS_APPLICATION_CREDENTIAL_ID: 'a1', OS_APPLICATION_CREDENTIAL_SECRET: 'x' };
    expect(findSettings({ env: { OS_AUTH_URL, ...application } }).credential).toMatchObject({
      kind: 'application-credential',
      id: 'a1',
    });
    expect(
      findSettings({ env: { OS_AUTH_URL, OS_TOKEN: 'x', OS_PROJECT_ID: 'p1' } }).credential,
    ).toMatchObject({ kind: 'token', scope: { kind: 'project', project: { id: 'p1' } } });
    expect(findSettings({ env: { ...variables, OS_TRUST_ID: 't1' } }).credential).toMatchObject({
      kind: 'password',
      scope: { kind: 'trust', trustId: 't1' },
    });
  });

  test('that are missing are all named', () => {
    expect(problem({ OS_AUTH_URL: 'keystone:5000', OS_USERNAME: 'demo' })).toBe(
      [
        'the environment: OS_AUTH_URL: expected a URL of http or https, found "keystone:5000"',
        "the environment: OS_PASSWORD: expected the user's password, found nothing",
        'the environment: OS_PROJECT_NAME: expected the project in which Coppice works, found nothing',
      ].join('\n'),
    );
    expect(problem({})).toBe(
      'the environment: OS_AUTH_URL: expected the variables OS_... of a cloud, or OS_CLOUD with a name of clouds.yaml, found nothing',
    );
  });

  test('never show a password', () => {
    expect(problem({ ...variables, OS_AUTH_URL: 'ftp://me:s3cret@cloud/' })).not.toContain('s3cret');
  });
});

describe('clouds.yaml', () => {
  const clouds = `
clouds:
  mine:
    auth: {auth_url: "http://cloud:5000", username: demo, project_name: web, user_domain_name: Default}
    regions: [North, South]
    verify: false
    compute_endpoint_override: http://nova:8774/v2.1
`;

  test('has an entry that OS_CLOUD names, and its password in secure.yaml', () => {
    writeClouds(clouds);
    writeClouds('clouds: {mine: {auth: {password: s3cret}}}', 'secure.yaml');
    const found = findSettings({ env: { HOME: home, OS_CLOUD: 'mine' }, directory: home });
    expect(found).toMatchObject({
      authUrl: 'http://cloud:5000',
      region: 'North',
      verifyTls: false,
      endpointOverrides: { compute: 'http://nova:8774/v2.1' },
    });
    expect(found.credential.kind === 'password' && found.credential.password.reveal()).toBe('s3cret');
    expect(found.origin.where).toMatch(
      /^clouds\.mine\.auth\.username and clouds\.mine\.auth\.password in .*clouds\.yaml or .*secure\.yaml$/,
    );
    expect(found.origin.test).toMatch(
      /^OS_CLIENT_CONFIG_FILE=.*clouds\.yaml openstack --os-cloud mine token issue$/,
    );
  });

  test('names the key that is missing, and the cloud that was meant', () => {
    const path = writeClouds(clouds);
    expect(problem({}, 'mine')).toBe(
      `${path}: clouds.mine.auth.password: expected the user's password, found nothing`,
    );
    expect(problem({ OS_CLOUD: 'mien' })).toBe(
      `${path}: clouds.mien: expected an entry, found only mine (did you mean mine?)`,
    );
  });

  test('that is no YAML names the line, and quotes nothing of it', () => {
    const path = writeClouds('clouds:\n  mine: {auth: {password: s3cret\n');
    expect(problem({ OS_CLOUD: 'mine' })).toMatch(`${path}: expected YAML, found an error in line `);
    expect(problem({ OS_CLOUD: 'mine' })).not.toContain('s3cret');
  });

  test('with a list or a map where a text is wanted says so, and quotes nothing of it', () => {
    const auth = 'auth_url: [x], password: {a: s3cret}, username: demo, project_name: web';
    const path = writeClouds(`clouds: {mine: {auth: {${auth}}}}`);
    expect(problem({ OS_CLOUD: 'mine' })).toBe(
      [
        `${path}: clouds.mine.auth.auth_url: expected a text, found a list`,
        `${path}: clouds.mine.auth.password: expected a text, found a map`,
      ].join('\n'),
    );
  });

  test('that is nowhere says where it was looked for', () => {
    expect(problem({ OS_CLOUD: 'mine' })).toContain(`none in ${join(home, 'clouds.yaml')}, `);
  });
});
