/** Keystone: tokens by every method that Coppice uses, their validation and revocation, trusts, lookups. */
import type { LabAnswer, Sender } from '../lab.ts';
import type { Recorder } from '../recorder.ts';

interface Options {
  readonly as?: Sender;
  readonly sender?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

type Send = (name: string, method: string, path: string, options?: Options) => Promise<LabAnswer>;

function sender(recorder: Recorder): Send {
  return (name, method, path, { as = 'demo', sender, ...rest } = {}) =>
    recorder.record(name, { service: 'identity', as, method, path, ...rest }, sender);
}

function tokenOf(answer: LabAnswer): string {
  return answer.headers.get('x-subject-token') ?? '';
}

/** An object of a list or a single answer, by the key that wraps it. */
function inside(answer: LabAnswer, key: string): { id: string; secret?: string } {
  return (answer.body as Record<string, { id: string }>)[key] ?? { id: '' };
}

export async function recordKeystone(recorder: Recorder): Promise<void> {
  const send = sender(recorder);
  await versions(send);
  const token = await passwords(recorder, send);
  await tokens(send, token);
  await applicationCredentials(recorder, send);
  await trusts(recorder, send);
  await lookups(send);
}

async function versions(send: Send): Promise<void> {
  await send('versions', 'GET', '/', { as: 'nobody' });
  await send('version-3', 'GET', '/v3', { as: 'nobody' });
  await send('version-3-slash', 'GET', '/v3/', { as: 'nobody' });
  await send('path-unknown', 'GET', '/v3/nothing-is-here', { as: 'demo' });
}

/** Logs in by password in every scope; the token that is not scoped is answered. */
async function passwords(recorder: Recorder, send: Send): Promise<string> {
  const { lab } = recorder;
  const user = { name: 'demo', domain: { id: 'default' }, password: lab.password };
  const identity = { methods: ['password'], password: { user } };
  const login = (name: string, auth: unknown, path = '/v3/auth/tokens') =>
    send(name, 'POST', path, { as: 'nobody', body: { auth } });
  const scope = { project: { name: 'demo', domain: { name: 'Default' } } };
  await login('token-by-password', { identity, scope });
  await login('token-by-password-without-catalog', { identity, scope }, '/v3/auth/tokens?nocatalog');
  await login('token-by-password-ids', {
    identity: {
      methods: ['password'],
      password: { user: { id: lab.login('demo').userId, password: lab.password } },
    },
    scope: { project: { id: lab.login('demo').projectId } },
  });
  await login('token-by-password-of-admin', lab.passwordOf('admin'));
  const unscoped = await login('token-by-password-unscoped', { identity, scope: 'unscoped' });
  await login('token-wrong-password', {
    identity: { methods: ['password'], password: { user: { ...user, password: 'wrong' } } },
    scope,
  });
  await login('token-unknown-user', {
    identity: { methods: ['password'], password: { user: { ...user, name: 'unknown' } } },
    scope,
  });
  await login('token-project-of-others', {
    identity,
    scope: { project: { name: 'service', domain: { id: 'default' } } },
  });
  await login('token-unknown-project', {
    identity,
    scope: { project: { name: 'unknown', domain: { id: 'default' } } },
  });
  await login('token-without-identity', { scope });
  await login('token-unknown-method', { identity: { methods: ['guess'] } });
  return tokenOf(unscoped);
}

async function tokens(send: Send, unscoped: string): Promise<void> {
  const scope = { project: { name: 'demo', domain: { id: 'default' } } };
  const rescope = (id: string) => ({
    as: 'nobody' as const,
    body: { auth: { identity: { methods: ['token'], token: { id } }, scope } },
  });
  const scoped = await send('token-by-token', 'POST', '/v3/auth/tokens', rescope(unscoped));
  await send('token-by-unknown-token', 'POST', '/v3/auth/tokens', rescope('not-a-token'));
  const token = tokenOf(scoped);
  const subject = { headers: { 'X-Subject-Token': token } };
  await send('token-validate', 'GET', '/v3/auth/tokens', { as: 'admin', ...subject });
  await send('token-validate-without-catalog', 'GET', '/v3/auth/tokens?nocatalog', {
    as: 'admin',
    ...subject,
  });
  await send('token-validate-head', 'HEAD', '/v3/auth/tokens', { as: 'admin', ...subject });
  await send('token-validate-own', 'GET', '/v3/auth/tokens', {
    as: { token },
    sender: '{token}',
    ...subject,
  });
  await send('token-validate-without-subject', 'GET', '/v3/auth/tokens', { as: 'admin' });
  await send('token-validate-by-nobody', 'GET', '/v3/auth/tokens', { as: 'nobody', ...subject });
  await send('token-validate-of-others', 'GET', '/v3/auth/tokens', {
    as: 'demo',
    headers: { 'X-Subject-Token': unscoped },
  });
  await send('token-revoke', 'DELETE', '/v3/auth/tokens', { as: { token }, sender: '{token}', ...subject });
  await send('token-validate-revoked', 'GET', '/v3/auth/tokens', { as: 'admin', ...subject });
  await send('token-revoked-used', 'GET', '/v3/auth/projects', { as: { token }, sender: '{token}' });
  await send('token-validate-unknown', 'GET', '/v3/auth/tokens', {
    as: 'admin',
    headers: { 'X-Subject-Token': 'not-a-token' },
  });
}

async function applicationCredentials(recorder: Recorder, send: Send): Promise<void> {
  const { lab } = recorder;
  const { userId } = lab.login('demo');
  const folder = `/v3/users/${userId}/application_credentials`;
  const create = { name: 'recorded', description: 'for a recording', roles: [{ name: 'member' }] };
  await deleteByName(recorder, folder, 'application_credentials', 'recorded');
  const made = await send('application-credential-create', 'POST', folder, {
    body: { application_credential: create },
  });
  const { id, secret = '' } = inside(made, 'application_credential');
  recorder.name('application_credential', id);
  recorder.name('application_credential_secret', secret);
  await send('application-credential-create-again', 'POST', folder, {
    body: { application_credential: create },
  });
  await send('application-credential-create-with-unknown-role', 'POST', folder, {
    body: { application_credential: { name: 'recorded-2', roles: [{ name: 'unknown' }] } },
  });
  await send('application-credential-show', 'GET', `${folder}/${id}`);
  await send('application-credential-list', 'GET', `${folder}?name=recorded`);
  const by = (credential: unknown) => ({
    as: 'nobody' as const,
    body: {
      auth: {
        identity: { methods: ['application_credential'], application_credential: credential },
      },
    },
  });
  const login = await send('token-by-application-credential', 'POST', '/v3/auth/tokens', by({ id, secret }));
  await send(
    'token-by-application-credential-name',
    'POST',
    '/v3/auth/tokens',
    by({ name: 'recorded', user: { id: userId }, secret }),
  );
  await send(
    'token-by-application-credential-wrong-secret',
    'POST',
    '/v3/auth/tokens',
    by({ id, secret: 'wrong' }),
  );
  await send('application-credential-create-by-credential', 'POST', folder, {
    as: { token: tokenOf(login) },
    sender: '{application_credential}',
    body: { application_credential: { name: 'recorded-3' } },
  });
  await send('application-credential-delete', 'DELETE', `${folder}/${id}`);
  await send('application-credential-show-unknown', 'GET', `${folder}/${id}`);
  await send('token-by-application-credential-deleted', 'POST', '/v3/auth/tokens', by({ id, secret }));
}

async function trusts(recorder: Recorder, send: Send): Promise<void> {
  const { lab } = recorder;
  const demo = lab.login('demo');
  const admin = lab.login('admin');
  const trust = {
    trustor_user_id: demo.userId,
    trustee_user_id: admin.userId,
    project_id: demo.projectId,
    impersonation: true,
    roles: [{ name: 'member' }],
  };
  const folder = '/v3/OS-TRUST/trusts';
  const made = await send('trust-create', 'POST', folder, { body: { trust } });
  const { id } = inside(made, 'trust');
  recorder.name('trust', id);
  await send('trust-create-with-unknown-role', 'POST', folder, {
    body: { trust: { ...trust, roles: [{ name: 'unknown' }] } },
  });
  await send('trust-create-for-others', 'POST', folder, { as: 'admin', body: { trust } });
  await send('trust-show', 'GET', `${folder}/${id}`);
  await send('trust-list-of-trustor', 'GET', `${folder}?trustor_user_id=${demo.userId}`);
  const identity = {
    methods: ['password'],
    password: { user: { id: admin.userId, password: lab.password } },
  };
  const scope = { 'OS-TRUST:trust': { id } };
  const byTrust = { as: 'nobody' as const, body: { auth: { identity, scope } } };
  const login = await send('token-by-trust', 'POST', '/v3/auth/tokens', byTrust);
  await send('token-by-token-of-trust', 'POST', '/v3/auth/tokens', {
    as: 'nobody',
    body: {
      auth: {
        identity: { methods: ['token'], token: { id: tokenOf(login) } },
        scope: { project: { id: demo.projectId } },
      },
    },
  });
  await send('token-validate-by-trust', 'GET', '/v3/auth/tokens', {
    as: { token: tokenOf(login) },
    sender: '{trust}',
    headers: { 'X-Subject-Token': tokenOf(login) },
  });
  await send(
    'application-credential-create-by-trust',
    'POST',
    `/v3/users/${demo.userId}/application_credentials`,
    {
      as: { token: tokenOf(login) },
      sender: '{trust}',
      body: { application_credential: { name: 'recorded-4' } },
    },
  );
  await send('trust-delete', 'DELETE', `${folder}/${id}`);
  await send('trust-show-unknown', 'GET', `${folder}/${id}`);
  await send('token-by-trust-deleted', 'POST', '/v3/auth/tokens', byTrust);
}

async function lookups(send: Send): Promise<void> {
  await send('projects-by-name', 'GET', '/v3/projects?name=demo', { as: 'admin' });
  await send('projects-by-unknown-name', 'GET', '/v3/projects?name=unknown', { as: 'admin' });
  await send('projects-by-demo', 'GET', '/v3/projects?name=demo');
  await send('users-by-name', 'GET', '/v3/users?name=demo', { as: 'admin' });
  await send('users-by-demo', 'GET', '/v3/users?name=demo');
  await send('domains-by-name', 'GET', '/v3/domains?name=Default', { as: 'admin' });
  await send('roles-by-name', 'GET', '/v3/roles?name=member', { as: 'admin' });
  await send('own-projects', 'GET', '/v3/auth/projects');
  await send('own-catalog', 'GET', '/v3/auth/catalog');
  await send('own-projects-of-nobody', 'GET', '/v3/auth/projects', { as: 'nobody' });
}

async function deleteByName(recorder: Recorder, folder: string, key: string, name: string): Promise<void> {
  const request = { service: 'identity', as: 'demo', path: folder } as const;
  const { body } = await recorder.lab.send({ ...request, method: 'GET' });
  for (const item of (body as Record<string, { id: string; name: string }[]>)[key] ?? [])
    if (item.name === name)
      await recorder.lab.send({ ...request, method: 'DELETE', path: `${folder}/${item.id}` });
}
