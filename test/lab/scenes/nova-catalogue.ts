/** Nova without servers: versions, flavors, keys, server groups, limits, quotas, refused callers. */
import { unknownId } from '../recorder.ts';
import type { Compute } from '../compute.ts';

const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl recorded';

export async function recordCatalogue(nova: Compute): Promise<void> {
  await nova.deleteServers();
  await versions(nova);
  await refusals(nova);
  await flavors(nova);
  await keypairs(nova);
  await serverGroups(nova);
  await limits(nova);
}

async function versions(nova: Compute): Promise<void> {
  const withoutToken = { as: 'nobody', microversion: '' } as const;
  await nova.record('versions', 'GET', '//', withoutToken);
  await nova.record('version-2.1', 'GET', '//v2.1', withoutToken);
  await nova.record('version-2.1-slash', 'GET', '//v2.1/', withoutToken);
  await nova.record('version-2.1-with-token', 'GET', '//v2.1/', { microversion: '' });
}

async function refusals(nova: Compute): Promise<void> {
  await nova.record('token-missing', 'GET', '/servers', { as: 'nobody' });
  await nova.record('token-invalid', 'GET', '/servers', { as: { token: 'not-a-token' } });
  await nova.record('microversion-too-new', 'GET', '/servers', { microversion: '2.999' });
  await nova.record('microversion-malformed', 'GET', '/servers', { microversion: 'newest' });
  await nova.record('microversion-latest', 'GET', '/servers', { microversion: 'latest' });
  await nova.record('path-unknown', 'GET', '/nothing-is-here');
  await nova.record('method-not-allowed', 'PUT', '/servers', { body: {} });
  await nova.record('body-is-no-object', 'POST', '/servers', { body: [] });
}

async function flavors(nova: Compute): Promise<void> {
  const id = await nova.flavorId('m1.tiny');
  await nova.record('flavors', 'GET', '/flavors');
  await nova.record('flavors-page', 'GET', '/flavors?limit=1');
  await nova.record('flavors-detail-2.1', 'GET', '/flavors/detail', { microversion: '' });
  await nova.record('flavors-detail', 'GET', '/flavors/detail?is_public=None', { as: 'admin' });
  await nova.record('flavor', 'GET', `/flavors/${id}`);
  await nova.record('flavor-by-name', 'GET', '/flavors/m1.tiny');
  await nova.record('flavor-unknown', 'GET', `/flavors/${unknownId}`);
  await nova.record('flavor-extra-specs', 'GET', `/flavors/${id}/os-extra_specs`);
}

async function keypairs(nova: Compute): Promise<void> {
  await nova.send('DELETE', '/os-keypairs/recorded');
  const body = { keypair: { name: 'recorded', public_key: publicKey } };
  await nova.record('keypair-create', 'POST', '/os-keypairs', { body });
  await nova.record('keypair-create-again', 'POST', '/os-keypairs', { body });
  await nova.record('keypairs', 'GET', '/os-keypairs');
  await nova.record('keypair', 'GET', '/os-keypairs/recorded');
  await nova.record('keypair-delete', 'DELETE', '/os-keypairs/recorded');
  await nova.record('keypair-unknown', 'GET', '/os-keypairs/recorded');
}

async function serverGroups(nova: Compute): Promise<void> {
  const group = (policy: string) => ({ body: { server_group: { name: 'recorded', policy } } });
  const made = await nova.record('server-group-create', 'POST', '/os-server-groups', group('anti-affinity'));
  const { id } = (made.body as { server_group: { id: string } }).server_group;
  nova.recorder.name('server_group', id);
  await nova.record('server-group-create-2.53', 'POST', '/os-server-groups', {
    microversion: '2.53',
    body: { server_group: { name: 'recorded-old', policies: ['soft-anti-affinity'] } },
  });
  await nova.record('server-group-create-unknown-policy', 'POST', '/os-server-groups', group('together'));
  await nova.record('server-groups', 'GET', '/os-server-groups');
  await nova.record('server-group', 'GET', `/os-server-groups/${id}`);
  await nova.record('server-group-2.53', 'GET', `/os-server-groups/${id}`, { microversion: '2.53' });
  await nova.record('server-group-delete', 'DELETE', `/os-server-groups/${id}`);
  await nova.record('server-group-unknown', 'GET', `/os-server-groups/${id}`);
  await nova.record('server-group-delete-unknown', 'DELETE', `/os-server-groups/${id}`);
  const { body } = await nova.send('GET', '/os-server-groups');
  for (const group of (body as { server_groups: { id: string }[] }).server_groups)
    await nova.send('DELETE', `/os-server-groups/${group.id}`);
}

async function limits(nova: Compute): Promise<void> {
  const { projectId } = nova.recorder.lab.login('demo');
  await nova.record('limits', 'GET', '/limits');
  await nova.record('limits-2.1', 'GET', '/limits', { microversion: '' });
  await nova.record('quota-set', 'GET', `/os-quota-sets/${projectId}`);
  await nova.record('quota-set-detail', 'GET', `/os-quota-sets/${projectId}/detail`, { as: 'admin' });
  const body = { quota_set: { instances: 9 } };
  await nova.record('quota-set-update', 'PUT', `/os-quota-sets/${projectId}`, { as: 'admin', body });
  await nova.record('quota-set-update-by-demo', 'PUT', `/os-quota-sets/${projectId}`, { body });
  await nova.record('quota-set-delete', 'DELETE', `/os-quota-sets/${projectId}`, { as: 'admin' });
}
