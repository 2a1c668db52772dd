/** Puts Coppice into Keystone's catalog as the service of type `clustering`, and takes it out again. */
import type { Lab } from '../lab.ts';

const interfaces = ['public', 'internal', 'admin'] as const;

/** @returns how it is taken out. */
export async function registerClustering(lab: Lab, url: string): Promise<() => Promise<void>> {
  await removeClustering(lab);
  const { body } = await ask(lab, 'POST', '/v3/services', {
    service: { type: 'clustering', name: 'coppice', description: 'Clusters that heal themselves' },
  });
  const { id } = (body as { service: { id: string } }).service;
  for (const one of interfaces)
    await ask(lab, 'POST', '/v3/endpoints', {
      endpoint: { service_id: id, interface: one, url, region_id: 'RegionOne' },
    });
  return () => removeClustering(lab);
}

/** Its endpoints go with it. */
async function removeClustering(lab: Lab): Promise<void> {
  const { body } = await ask(lab, 'GET', '/v3/services?type=clustering');
  for (const { id } of (body as { services: { id: string }[] }).services)
    await ask(lab, 'DELETE', `/v3/services/${id}`);
}

async function ask(lab: Lab, method: string, path: string, body?: unknown): Promise<{ body: unknown }> {
  const answer = await lab.send({ as: 'admin', service: 'identity', method, path, body });
  if (answer.status >= 400)
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer;
}
