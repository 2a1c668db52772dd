import { describe, expect, test } from 'vitest';
import {
  create,
  eventually,
  isAlive,
  kill,
  pidOf,
  processesOf,
  request,
  usePlace,
} from '../../../test/profiles/local-process-nodes.ts';
import type { NodeFacts } from '../profile-type.ts';
import { findProcess, identityIn, signalProcess } from './identity.ts';
import type { ProcessIdentity } from './identity.ts';
import { localProcess } from './local-process.ts';
import { sharedRun } from './shared-run.ts';
import { systemProcessTable } from './system-process-table.ts';
import type { NodeMarks, ProcessEntry } from './process-table.ts';
import { killAtOnce, stopProcess } from './stop.ts';

const place = usePlace();
const table = systemProcessTable();
const never = new AbortController().signal;

function identityOf(node: NodeFacts): ProcessIdentity {
  const identity = identityIn(node.data);
  if (identity === undefined) throw new Error('the node has no process');
  return identity;
}

function marksOf(node: NodeFacts): NodeMarks {
  return { instance: node.id, directory: place.fileOf(node) };
}

async function sessionOf(node: NodeFacts): Promise<readonly ProcessEntry[]> {
  return (await table.snapshot()).inSession(pidOf(node));
}

/** A node whose leader is dead and left one process in its session. */
async function orphaned(script: string): Promise<NodeFacts> {
  const node = await create(place.type, place.node({ command: ['sh', '-c', `${script} & wait`] }));
  await eventually('its child runs', async () => (await sessionOf(node)).length === 2);
  kill(pidOf(node));
  await eventually('the leader is gone', () => !isAlive(pidOf(node)));
  return node;
}

describe('what is left in the session of a dead leader', () => {
  test('is killed if it has the log of the node open, though its environment says nothing', async () => {
    const node = await orphaned('env -i sleep 1000');
    expect(processesOf(node.id)).toEqual([]);
    expect(await sessionOf(node)).toHaveLength(1);
    await stopProcess(table, identityOf(node), marksOf(node), killAtOnce, never);
    expect(await sessionOf(node)).toEqual([]);
  });

  test('is left alone if nothing shows that it is of the node', async () => {
    const node = await orphaned('sleep 1000');
    const marks = { instance: 'another', directory: '/another' };
    await stopProcess(table, identityOf(node), marks, killAtOnce, never);
    expect(processesOf(node.id)).toHaveLength(1);
  });
});

test('a process of an earlier boot is not looked for', async () => {
  const node = await create(place.type, place.node({ command: ['sleep', '1000'] }));
  const earlier = { ...identityOf(node), bootId: 'an earlier one' };
  await stopProcess(table, earlier, marksOf(node), killAtOnce, never);
  signalProcess(table, earlier, 'SIGKILL', 'group');
  expect(isAlive(pidOf(node))).toBe(true);
});

test('a signal reaches only the process that is meant', async () => {
  const node = await create(place.type, place.node({ command: ['sleep', '1000'] }));
  const meant = identityOf(node);
  signalProcess(table, { ...meant, startTime: '1' }, 'SIGKILL', 'group');
  expect(findProcess(table, meant)?.state).toBe('running');
  signalProcess(table, meant, 'SIGKILL', 'group');
  await eventually('it is gone', () => findProcess(table, meant) === undefined);
});

test('a stop that is cancelled ends before the process does', async () => {
  const command = ['sh', '-c', 'trap "" TERM; while :; do sleep 0.05; done'];
  const node = await create(place.type, place.node({ command }));
  await eventually('it is deaf', () => processesOf(node.id).length > 1);
  const abort = new AbortController();
  const stopping = stopProcess(
    table,
    identityOf(node),
    marksOf(node),
    { signal: 'SIGTERM', timeoutMs: 3_600_000 },
    abort.signal,
  );
  abort.abort();
  await expect(stopping).rejects.toMatchObject({ code: 'cancelled' });
  expect(isAlive(pidOf(node))).toBe(true);
});

test('many nodes that are removed at once share snapshots of the process table, and leave no process', async () => {
  let snapshots = 0;
  const snapshot = sharedRun(async () => {
    snapshots += 1;
    return await table.snapshot();
  });
  const type = localProcess({ dataDir: place.dataDir, table: { ...table, snapshot } });
  // Each ignores SIGTERM, and has a child in a session of its own.
  const command = ['sh', '-c', 'trap "" TERM; setsid sleep 1000 & while :; do sleep 0.2; done'];
  const made = Array.from({ length: 24 }, () => create(type, place.node({ command, stop_timeout: 0.2 })));
  const nodes = await Promise.all(made);
  await eventually('all run', () => nodes.every((node) => processesOf(node.id).length >= 2));
  await Promise.all(nodes.map((node) => type.remove(node, request())));
  expect(nodes.flatMap((node) => processesOf(node.id))).toEqual([]);
  // Alone, each takes three: before it is asked to end, before it is killed, and to see that nothing is left.
  expect(snapshots).toBeLessThan(2 * nodes.length);
});
