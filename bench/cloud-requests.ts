/** What the benches of the cloud ask of a running server, and how they wait for it. */
import { setTimeout as pause } from 'node:timers/promises';
import type { JsonObject } from '../src/domain/json.ts';

/** A small server that is on the simulated network. */
export const serverProfile = {
  type: 'os.nova.server',
  version: '1.0',
  properties: { flavor: 'm1.tiny', image: 'debian', networks: [{ network: 'private' }] },
};

export async function seconds(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

/** @param status null: until it is gone. */
export async function untilStatus(url: string, name: string, status: string | null): Promise<void> {
  await until(`${name} is ${status ?? 'gone'}`, async () => {
    const answer = await fetch(`${url}/v1/clusters/${name}`);
    if (answer.status === 404) return status === null;
    const { cluster } = (await answer.json()) as { cluster: { status: string } };
    return cluster.status === status;
  });
}

export async function untilAction(url: string, id: string): Promise<void> {
  await until(`action ${id} has ended`, async () => {
    const { action } = (await (await fetch(`${url}/v1/actions/${id}`)).json()) as {
      action: { status: string };
    };
    if (action.status === 'FAILED') throw new Error(`action ${id} failed`);
    return action.status === 'SUCCEEDED';
  });
}

/** Asks every 10 ms, or every `everyMs`. */
export async function until(what: string, holds: () => Promise<boolean>, everyMs = 10): Promise<void> {
  const end = Date.now() + 300_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within 5 minutes: ${what}`);
    await pause(everyMs);
  }
}

export async function post(url: string, path: string, body: JsonObject): Promise<JsonObject> {
  const answer = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as JsonObject;
}
