/**
 * Debian's OpenStack clients work with the simulator: the requests that their commands sent to a real
 * OpenStack (test/data/openstack/client-requests.json, recorded by test/lab/clients.lab.ts) are sent to it.
 * Each is answered with the recorded status, and with all fields of the real answer, of which a client reads
 * some.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { namedIds, type ClientCommand, type ClientRequest } from '../lab/clients.ts';
import type { LabAnswer } from '../lab/lab.ts';
import { clientRequestsFile } from '../lab/recorder.ts';
import { shapeOf } from '../lab/shape.ts';
import { SimulatedLab } from './simulated-lab.ts';

const commands = JSON.parse(readFileSync(clientRequestsFile, 'utf8')) as readonly ClientCommand[];

/** What a client waits for comes after so many requests at most; each takes some of the simulator's time. */
const LONGEST_WAIT = 500;

let lab: SimulatedLab;
beforeAll(async () => {
  lab = await SimulatedLab.start({ strict: true, routers: false });
});
afterAll(() => lab.simulator.close());

/** By placeholder, without braces: the id in the simulator. */
const ids = new Map<string, string>();

// In order: a later command uses what an earlier one made.
test.each(commands)('$command', async ({ as, requests }) => {
  ids.set('demo_project', lab.login('demo').projectId).set('demo_user', lab.login('demo').userId);
  ids.set('admin_project', lab.login('admin').projectId).set('admin_user', lab.login('admin').userId);
  const missing: string[] = [];
  for (const request of requests) {
    const answer = await answerTo(request, as);
    const found = fieldsOf([...shapeOf(answer.body)]);
    const wanted = answer.status === request.status ? fieldsOf(request.answer ?? []) : new Set<string>();
    const lacking = [...wanted].filter((field) => !found.has(field));
    missing.push(...lacking.map((field) => `${request.method} ${request.service} ${request.path}: ${field}`));
  }
  expect(missing).toEqual([]);
});

/** Repeats what is answered otherwise while something is under way. */
async function answerTo(request: ClientRequest, as: 'admin' | 'demo'): Promise<LabAnswer> {
  const { method, service, path, microversion, status } = request;
  const isLogin = service === 'identity' && method === 'POST' && path === '/v3/auth/tokens';
  const body = isLogin ? { auth: lab.passwordOf(as) } : filled(request.body);
  for (let attempt = 1; ; attempt += 1) {
    const answer = await lab.send({
      as: isLogin ? 'nobody' : as,
      service,
      method,
      path: String(filled(path)),
      ...(microversion === undefined ? {} : { headers: versionHeaders(service, microversion) }),
      ...(body === undefined ? {} : { body }),
    });
    if (answer.status === status || isAcceptedStatus(request, answer)) {
      for (const [name, id] of namedIds({ service, body, answer: answer.body })) ids.set(name, id);
      rememberEvent(answer);
      return answer;
    }
    const isUnderWay = method === 'GET' || answer.status === 409;
    if (!isUnderWay || attempt === LONGEST_WAIT)
      expect.fail(
        `${method} ${service} ${path}: ${answer.status} ${JSON.stringify(answer.body)}, not ${status}`,
      );
    lab.advance();
  }
}

/** A client that waits for a stack asks for the events after the last one that it has seen. */
function rememberEvent({ body }: LabAnswer): void {
  const { events = [] } = (body ?? {}) as { events?: readonly { readonly id: string }[] };
  const last = events.at(-1);
  if (last !== undefined) ids.set('uuid', last.id);
}

function versionHeaders(service: string, microversion: string): Record<string, string> {
  if (service !== 'compute' || microversion.startsWith('compute'))
    return { 'OpenStack-API-Version': microversion };
  return { 'X-OpenStack-Nova-API-Version': microversion };
}

/** With the ids of the simulator in the place of placeholders. */
function filled(value: unknown): unknown {
  if (value === undefined) return undefined;
  const text = JSON.stringify(value).replaceAll(/\{([\w. -]+)\}/g, (placeholder, name: string) => {
    return ids.get(name) ?? placeholder;
  });
  return JSON.parse(text) as unknown;
}

/** The id of a flavor is its name in the simulator: a client that asks by the name finds it at once. */
function isAcceptedStatus({ path }: ClientRequest, { status }: LabAnswer): boolean {
  return path === '/v2.1/flavors/m1.tiny' && status === 200;
}

/** Whether one is null depends on when it is read. */
function fieldsOf(shape: readonly string[]): ReadonlySet<string> {
  return new Set(shape.map((line) => line.slice(0, line.lastIndexOf(': '))));
}
