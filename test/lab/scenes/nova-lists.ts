/** GET /servers and /servers/detail with filters and pages; one server; its metadata, name and tags. */
import { unknownId } from '../recorder.ts';
import type { Compute } from '../compute.ts';

export async function recordLists(nova: Compute): Promise<void> {
  await nova.deleteServers();
  const began = new Date().toISOString();
  const one = await nova.createServer('list-1', { metadata: { cluster: 'web' }, tags: ['recorded'] });
  const two = await nova.createServer('list-2');
  const others = await nova.createServer('list-others', { host: 'compute1' }, 'admin');
  await nova.send('POST', `/servers/${two}/action`, { body: { 'os-stop': null } });
  await nova.follow(two, 'SHUTOFF');
  await pages(nova, two);
  await filters(nova, began, one);
  await oneServer(nova, one);
  await metadata(nova, one);
  await changes(nova, one, others);
  await nova.record('server-delete', 'DELETE', `/servers/${two}`);
  await nova.follow(two, 'DELETED', 'delete of a stopped server');
  await deleted(nova, two, began);
  await nova.deleteServers();
}

async function pages(nova: Compute, marker: string): Promise<void> {
  await nova.record('servers', 'GET', '/servers');
  for (const microversion of ['', '2.53', '2.79', '2.90']) {
    const version = microversion === '' ? '2.1' : microversion;
    await nova.record(`servers-detail-${version}`, 'GET', '/servers/detail', { microversion });
    await nova.record(`servers-detail-${version}-by-admin`, 'GET', '/servers/detail', {
      microversion,
      as: 'admin',
    });
  }
  await nova.record('servers-page-1', 'GET', '/servers?limit=1&sort_key=created_at&sort_dir=desc');
  await nova.record('servers-detail-page-1', 'GET', '/servers/detail?limit=1');
  await nova.record('servers-detail-page-after', 'GET', `/servers/detail?limit=1&marker=${marker}`);
  await nova.record('servers-detail-page-full', 'GET', '/servers/detail?limit=2');
  await nova.record('servers-page-0', 'GET', '/servers?limit=0');
  await nova.record('servers-marker-unknown', 'GET', `/servers?marker=${unknownId}`);
  await nova.record('servers-limit-malformed', 'GET', '/servers?limit=many');
  await nova.record('servers-limit-negative', 'GET', '/servers?limit=-1');
  await nova.record('servers-limit-too-large', 'GET', '/servers?limit=5000');
}

async function filters(nova: Compute, began: string, one: string): Promise<void> {
  const { projectId } = nova.recorder.lab.login('demo');
  await nova.record('servers-by-name', 'GET', '/servers?name=list-1');
  await nova.record('servers-by-name-pattern', 'GET', '/servers?name=^list-');
  await nova.record('servers-by-uuid', 'GET', `/servers/detail?uuid=${one}`);
  await nova.record('servers-by-status', 'GET', '/servers?status=SHUTOFF');
  await nova.record('servers-by-two-statuses', 'GET', '/servers?status=SHUTOFF&status=ACTIVE');
  await nova.record('servers-by-unknown-status', 'GET', '/servers?status=SLEEPY');
  await nova.record(
    'servers-by-metadata',
    'GET',
    `/servers?metadata=${encodeURIComponent('{"cluster": "web"}')}`,
  );
  await nova.record('servers-by-tag', 'GET', '/servers?tags=recorded');
  await nova.record('servers-by-tag-unknown', 'GET', '/servers?tags=unknown');
  await nova.record('servers-not-by-tag', 'GET', '/servers?not-tags=recorded');
  // By its name too: where the scheduler has put the other servers is not known.
  const onHost = '/servers/detail?all_tenants=1&host=compute1&name=list-others';
  await nova.record('servers-by-host', 'GET', onHost, { as: 'admin' });
  await nova.record('servers-by-host-of-demo', 'GET', '/servers?host=compute1');
  await nova.record('servers-of-all', 'GET', '/servers?all_tenants=1', { as: 'admin' });
  await nova.record('servers-of-all-by-demo', 'GET', '/servers?all_tenants=1');
  await nova.record('servers-of-project', 'GET', `/servers?all_tenants=1&project_id=${projectId}`, {
    as: 'admin',
  });
  await nova.record('servers-changed-since', 'GET', `/servers/detail?changes-since=${began}`);
  await nova.record('servers-changed-since-malformed', 'GET', '/servers?changes-since=yesterday');
  await nova.record('servers-sorted', 'GET', '/servers?sort_key=display_name&sort_dir=desc');
  await nova.record('servers-sorted-by-unknown', 'GET', '/servers?sort_key=colour');
  await nova.record('servers-by-unknown-filter', 'GET', '/servers?colour=green');
}

async function oneServer(nova: Compute, id: string): Promise<void> {
  for (const microversion of ['', '2.53', '2.79', '2.90']) {
    const version = microversion === '' ? '2.1' : microversion;
    await nova.record(`server-ACTIVE-${version}`, 'GET', `/servers/${id}`, { microversion });
    await nova.record(`server-ACTIVE-${version}-by-admin`, 'GET', `/servers/${id}`, {
      microversion,
      as: 'admin',
    });
  }
  await nova.record('server-by-name', 'GET', '/servers/list-1');
  await nova.record('server-unknown', 'GET', `/servers/${unknownId}`);
  await nova.record('server-tags', 'GET', `/servers/${id}/tags`);
  await nova.record('server-tag-add', 'PUT', `/servers/${id}/tags/second`);
  await nova.record('server-tag-delete', 'DELETE', `/servers/${id}/tags/second`);
  await nova.record('server-diagnostics', 'GET', `/servers/${id}/diagnostics`, { as: 'admin' });
  await nova.record('server-topology', 'GET', `/servers/${id}/topology`, { as: 'admin' });
}

async function metadata(nova: Compute, id: string): Promise<void> {
  const path = `/servers/${id}/metadata`;
  await nova.record('metadata', 'GET', path);
  await nova.record('metadata-update', 'POST', path, { body: { metadata: { index: '1' } } });
  await nova.record('metadata-replace', 'PUT', path, { body: { metadata: { cluster: 'web', index: '2' } } });
  await nova.record('metadata-item', 'GET', `${path}/index`);
  await nova.record('metadata-item-set', 'PUT', `${path}/index`, { body: { meta: { index: '3' } } });
  await nova.record('metadata-item-delete', 'DELETE', `${path}/index`);
  await nova.record('metadata-item-unknown', 'GET', `${path}/index`);
  await nova.record('metadata-item-delete-unknown', 'DELETE', `${path}/index`);
  await nova.record('metadata-not-a-text', 'POST', path, { body: { metadata: { index: 1 } } });
  await nova.record('metadata-of-unknown', 'POST', `/servers/${unknownId}/metadata`, {
    body: { metadata: { index: '1' } },
  });
}

async function changes(nova: Compute, id: string, others: string): Promise<void> {
  const body = { server: { name: 'list-1-renamed' } };
  await nova.record('server-rename', 'PUT', `/servers/${id}`, { body });
  await nova.record('server-update-2.90', 'PUT', `/servers/${id}`, {
    microversion: '2.90',
    body: { server: { name: 'list-1', description: 'recorded', hostname: 'list-1' } },
  });
  await nova.record('server-rename-to-nothing', 'PUT', `/servers/${id}`, { body: { server: { name: '' } } });
  await nova.record('server-rename-unknown', 'PUT', `/servers/${unknownId}`, {
    body,
  });
  await nova.record('server-of-others', 'GET', `/servers/${others}`);
  await nova.record('server-of-others-delete', 'DELETE', `/servers/${others}`);
}

async function deleted(nova: Compute, id: string, began: string): Promise<void> {
  await nova.record('server-deleted', 'GET', `/servers/${id}`);
  await nova.record('server-deleted-delete', 'DELETE', `/servers/${id}`);
  await nova.record('server-deleted-action', 'POST', `/servers/${id}/action`, { body: { 'os-start': null } });
  await nova.record('servers-deleted-by-admin', 'GET', '/servers/detail?all_tenants=1&deleted=true&limit=1', {
    as: 'admin',
  });
  await nova.record('servers-changed-since-with-deleted', 'GET', `/servers/detail?changes-since=${began}`);
  await nova.record('server-deleted-actions', 'GET', `/servers/${id}/os-instance-actions`);
}
