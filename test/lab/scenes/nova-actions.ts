/** POST /servers/ID/action: every action, the states that follow, and its answer in a wrong state. */
import { unknownId } from '../recorder.ts';
import type { Compute } from '../compute.ts';

export async function recordActions(nova: Compute): Promise<void> {
  await nova.deleteServers();
  const id = await nova.createServer('web');
  await stopAndStart(nova, id);
  await pauseAndSuspend(nova, id);
  await lockAndRescue(nova, id);
  await resize(nova, id);
  await rebuild(nova, id);
  await shelve(nova, id);
  await others(nova, id);
  await resetState(nova, id);
  await attachments(nova, id);
  await history(nova, id);
  await nova.record('server-delete-running', 'DELETE', `/servers/${id}`);
  await nova.follow(id, 'DELETED', 'delete');
  await unknown(nova);
}

/** Records an accepted action with the states that follow it. */
async function act(
  nova: Compute,
  id: string,
  name: string,
  body: unknown,
  status: string,
  as: 'demo' | 'admin' = 'demo',
): Promise<void> {
  await nova.action(name, id, body, { as });
  await nova.follow(id, status, name);
}

async function refusesMetadata(nova: Compute, id: string, status: string): Promise<void> {
  await nova.record(`metadata-update-${status}`, 'POST', `/servers/${id}/metadata`, {
    body: { metadata: { seen: status } },
  });
}

async function stopAndStart(nova: Compute, id: string): Promise<void> {
  await nova.action('start-ACTIVE', id, { 'os-start': null });
  await act(nova, id, 'stop', { 'os-stop': null }, 'SHUTOFF');
  await nova.record('server-SHUTOFF', 'GET', `/servers/${id}`);
  await nova.action('stop-SHUTOFF', id, { 'os-stop': null });
  await nova.action('reboot-soft-SHUTOFF', id, { reboot: { type: 'SOFT' } });
  await nova.action('pause-SHUTOFF', id, { pause: null });
  await nova.action('suspend-SHUTOFF', id, { suspend: null });
  await nova.action('resume-SHUTOFF', id, { resume: null });
  await act(nova, id, 'reboot-hard-SHUTOFF', { reboot: { type: 'HARD' } }, 'ACTIVE');
  await act(nova, id, 'stop-again', { 'os-stop': null }, 'SHUTOFF');
  await act(nova, id, 'start', { 'os-start': null }, 'ACTIVE');
  await act(nova, id, 'reboot-soft', { reboot: { type: 'SOFT' } }, 'ACTIVE');
  await act(nova, id, 'reboot-hard', { reboot: { type: 'HARD' } }, 'ACTIVE');
  await nova.action('reboot-unknown-type', id, { reboot: { type: 'GENTLE' } });
  await nova.action('reboot-without-type', id, { reboot: {} });
}

async function pauseAndSuspend(nova: Compute, id: string): Promise<void> {
  await act(nova, id, 'pause', { pause: null }, 'PAUSED');
  await nova.record('server-PAUSED', 'GET', `/servers/${id}`);
  await nova.action('pause-PAUSED', id, { pause: null });
  await nova.action('start-PAUSED', id, { 'os-start': null });
  await nova.action('reboot-soft-PAUSED', id, { reboot: { type: 'SOFT' } });
  await act(nova, id, 'unpause', { unpause: null }, 'ACTIVE');
  await nova.action('unpause-ACTIVE', id, { unpause: null });
  await act(nova, id, 'suspend', { suspend: null }, 'SUSPENDED');
  await nova.record('server-SUSPENDED', 'GET', `/servers/${id}`);
  await nova.action('suspend-SUSPENDED', id, { suspend: null });
  await nova.action('stop-SUSPENDED', id, { 'os-stop': null });
  await act(nova, id, 'resume', { resume: null }, 'ACTIVE');
  await nova.action('resume-ACTIVE', id, { resume: null });
}

async function lockAndRescue(nova: Compute, id: string): Promise<void> {
  await nova.action('lock', id, { lock: { locked_reason: 'recorded' } });
  await nova.record('server-locked', 'GET', `/servers/${id}`);
  await nova.action('stop-locked', id, { 'os-stop': null });
  await nova.record('server-delete-locked', 'DELETE', `/servers/${id}`);
  await nova.action('unlock', id, { unlock: null });
  await nova.action('unlock-again', id, { unlock: null });
  await nova.action('unrescue-ACTIVE', id, { unrescue: null });
  await act(nova, id, 'rescue', { rescue: {} }, 'RESCUE');
  await nova.record('server-RESCUE', 'GET', `/servers/${id}`);
  await refusesMetadata(nova, id, 'RESCUE');
  await nova.action('rescue-RESCUE', id, { rescue: {} });
  await nova.action('stop-RESCUE', id, { 'os-stop': null });
  await act(nova, id, 'unrescue', { unrescue: null }, 'ACTIVE');
}

async function resize(nova: Compute, id: string): Promise<void> {
  const small = { resize: { flavorRef: await nova.flavorId('m1.small') } };
  await nova.action('resize-to-same-flavor', id, { resize: { flavorRef: await nova.flavorId('m1.tiny') } });
  await nova.action('resize-to-unknown-flavor', id, {
    resize: { flavorRef: unknownId },
  });
  await nova.action('confirm-resize-ACTIVE', id, { confirmResize: null });
  await nova.action('revert-resize-ACTIVE', id, { revertResize: null });
  await act(nova, id, 'resize', small, 'VERIFY_RESIZE');
  await nova.record('server-VERIFY_RESIZE', 'GET', `/servers/${id}`);
  await refusesMetadata(nova, id, 'VERIFY_RESIZE');
  await nova.action('resize-VERIFY_RESIZE', id, small);
  await nova.action('pause-VERIFY_RESIZE', id, { pause: null });
  await act(nova, id, 'revert-resize', { revertResize: null }, 'ACTIVE');
  await nova.action('resize-again', id, small);
  await nova.follow(id, 'VERIFY_RESIZE');
  await act(nova, id, 'confirm-resize', { confirmResize: null }, 'ACTIVE');
}

async function rebuild(nova: Compute, id: string): Promise<void> {
  const imageRef = await nova.imageId();
  await act(nova, id, 'rebuild', { rebuild: { imageRef } }, 'ACTIVE');
  await act(
    nova,
    id,
    'rebuild-everything',
    { rebuild: { imageRef, name: 'web', adminPass: 'recorded', metadata: { cluster: 'web' } } },
    'ACTIVE',
  );
  await nova.action('rebuild-2.1', id, { rebuild: { imageRef } }, { microversion: '' });
  await nova.follow(id, 'ACTIVE');
  await nova.action('rebuild-with-unknown-image', id, {
    rebuild: { imageRef: unknownId },
  });
  await nova.action('rebuild-without-image', id, { rebuild: {} });
  await nova.send('POST', `/servers/${id}/action`, { body: { 'os-stop': null } });
  await nova.follow(id, 'SHUTOFF');
  await act(nova, id, 'rebuild-SHUTOFF', { rebuild: { imageRef } }, 'SHUTOFF');
  await nova.send('POST', `/servers/${id}/action`, { body: { 'os-start': null } });
  await nova.follow(id, 'ACTIVE');
}

async function shelve(nova: Compute, id: string): Promise<void> {
  await nova.action('unshelve-ACTIVE', id, { unshelve: null });
  await act(nova, id, 'shelve', { shelve: null }, 'SHELVED_OFFLOADED');
  await nova.record('server-SHELVED_OFFLOADED', 'GET', `/servers/${id}`);
  await nova.action('shelve-SHELVED_OFFLOADED', id, { shelve: null });
  await nova.action('stop-SHELVED_OFFLOADED', id, { 'os-stop': null });
  await act(nova, id, 'unshelve', { unshelve: null }, 'ACTIVE');
}

async function others(nova: Compute, id: string): Promise<void> {
  await nova.action('create-image', id, { createImage: { name: 'recorded', metadata: {} } });
  await nova.follow(id, 'ACTIVE', 'create-image');
  await nova.action('create-image-2.1', id, { createImage: { name: 'recorded' } }, { microversion: '' });
  await nova.follow(id, 'ACTIVE');
  await nova.action('change-password', id, { changePassword: { adminPass: 'recorded' } });
  await nova.action('console-output', id, { 'os-getConsoleOutput': { length: 10 } });
  await nova.action('remote-console', id, { 'os-getVNCConsole': { type: 'novnc' } }, { microversion: '' });
  await nova.action('action-unknown', id, { dance: null });
  await nova.action('action-missing', id, {});
  await nova.action('action-two', id, { 'os-stop': null, 'os-start': null });
  await nova.action('migrate-by-demo', id, { migrate: null });
  await nova.action('live-migrate-by-demo', id, {
    'os-migrateLive': { host: null, block_migration: 'auto' },
  });
  await nova.action('evacuate-by-demo', id, { evacuate: {} });
}

async function resetState(nova: Compute, id: string): Promise<void> {
  const error = { 'os-resetState': { state: 'error' } };
  await nova.action('reset-state-by-demo', id, error);
  await nova.action('reset-state', id, error, { as: 'admin' });
  await refusesMetadata(nova, id, 'ERROR');
  await nova.record('server-ERROR-by-reset', 'GET', `/servers/${id}`);
  await nova.action('start-ERROR', id, { 'os-start': null });
  await nova.action('reboot-soft-ERROR', id, { reboot: { type: 'SOFT' } });
  await nova.action('pause-ERROR', id, { pause: null });
  await nova.action('resize-ERROR', id, { resize: { flavorRef: await nova.flavorId('m1.tiny') } });
  await act(nova, id, 'reboot-hard-ERROR', { reboot: { type: 'HARD' } }, 'ACTIVE');
  await nova.action('reset-state-again', id, error, { as: 'admin' });
  await act(nova, id, 'rebuild-ERROR', { rebuild: { imageRef: await nova.imageId() } }, 'ACTIVE');
  await nova.action('reset-state-third', id, error, { as: 'admin' });
  await act(nova, id, 'stop-ERROR', { 'os-stop': null }, 'SHUTOFF');
  await nova.action('reset-state-active', id, { 'os-resetState': { state: 'active' } }, { as: 'admin' });
  await nova.follow(id, 'ACTIVE');
}

async function attachments(nova: Compute, id: string): Promise<void> {
  const { lab } = nova.recorder;
  const networks = await lab.send({
    service: 'network',
    as: 'demo',
    method: 'GET',
    path: '/v2.0/networks?name=private',
  });
  const net_id = (networks.body as { networks: { id: string }[] }).networks[0]?.id ?? '';
  nova.recorder.name('network', net_id);
  const path = `/servers/${id}/os-interface`;
  await nova.record('interfaces-none', 'GET', path);
  const made = await nova.record('interface-attach', 'POST', path, {
    body: { interfaceAttachment: { net_id } },
  });
  const port =
    (made.body as { interfaceAttachment?: { port_id: string } }).interfaceAttachment?.port_id ?? '';
  nova.recorder.name('port', port);
  await nova.record('interfaces', 'GET', path);
  await nova.record('interface', 'GET', `${path}/${port}`);
  await nova.record('interface-attach-port-in-use', 'POST', path, {
    body: { interfaceAttachment: { port_id: port } },
  });
  await nova.record('interface-attach-unknown-network', 'POST', path, {
    body: { interfaceAttachment: { net_id: unknownId } },
  });
  await nova.record('interface-attach-unknown-port', 'POST', path, {
    body: { interfaceAttachment: { port_id: unknownId } },
  });
  await nova.record('interface-detach', 'DELETE', `${path}/${port}`);
  await nova.recorder.until(
    nova.request('GET', path),
    ({ body }) => (body as { interfaceAttachments: unknown[] }).interfaceAttachments.length === 0,
  );
  await nova.record('interface-unknown', 'GET', `${path}/${port}`);
  await nova.record('interface-detach-unknown', 'DELETE', `${path}/${port}`);
  await nova.record('volume-attachments', 'GET', `/servers/${id}/os-volume_attachments`);
  await nova.record('volume-attach-unknown', 'POST', `/servers/${id}/os-volume_attachments`, {
    body: { volumeAttachment: { volumeId: unknownId } },
  });
}

async function history(nova: Compute, id: string): Promise<void> {
  const path = `/servers/${id}/os-instance-actions`;
  const list = await nova.record('instance-actions', 'GET', path);
  await nova.record('instance-actions-2.1', 'GET', path, { microversion: '' });
  await nova.record('instance-actions-page', 'GET', `${path}?limit=2`);
  const actions = (list.body as { instanceActions: { action: string; request_id: string }[] })
    .instanceActions;
  const request = actions.find(({ action }) => action === 'stop')?.request_id ?? '';
  await nova.record('instance-action', 'GET', `${path}/${request}`);
  await nova.record('instance-action-by-admin', 'GET', `${path}/${request}`, { as: 'admin' });
  await nova.record('instance-action-unknown', 'GET', `${path}/req-${unknownId}`);
}

async function unknown(nova: Compute): Promise<void> {
  const id = unknownId;
  await nova.action('action-of-unknown', id, { 'os-stop': null });
  await nova.record('server-delete-unknown', 'DELETE', `/servers/${id}`);
  await nova.record('interfaces-of-unknown', 'GET', `/servers/${id}/os-interface`);
  await nova.record('instance-actions-of-unknown', 'GET', `/servers/${id}/os-instance-actions`);
  const forced = await nova.createServer('force-deleted');
  await nova.action('force-delete', forced, { forceDelete: null });
  await nova.follow(forced, 'DELETED', 'force-delete');
}
