import { readdirSync, readlinkSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  usePlace,
  after,
  create,
  details,
  eventually,
  isAlive,
  kill,
  verdictOf,
  operate,
} from '../../../test/profiles/local-process-nodes.ts';
import { pidOf, processesOf, request, textOf } from '../../../test/profiles/local-process-nodes.ts';
import type { NodeFacts, ProfileType } from '../profile-type.ts';
import { localProcess } from './local-process.ts';
import { keyName, nodeDirectory } from './node-directory.ts';
import { procTable } from './proc-table.ts';

const place = usePlace();
const sleeper = { command: ['sleep', '1000'] };
/** Ignores what asks it to stop, and says so once it does. */
const stubborn = { command: ['sh', '-c', 'trap "" TERM; echo deaf; while :; do sleep 0.1; done'] };

async function isDeaf(node: NodeFacts): Promise<boolean> {
  return (await textOf(place.fileOf(node, 'output.log'))).includes('deaf');
}

describe('create', () => {
  test('starts a process that is healthy, and says where it is', async () => {
    const node = await create(place.type, place.node({ ...sleeper, port: 'auto' }));
    expect(node.physicalId).toBe(`${pidOf(node)}.${node.data['start_time'] as string}`);
    expect(await verdictOf(place.type, node)).toBe('healthy');
    expect(place.type.endpoint(node)).toEqual({ address: '127.0.0.1', port: node.data['port'] });
    expect(processesOf(node.id)).toEqual([pidOf(node)]);
  });

  test('asked again under another key leaves one process, the new one', async () => {
    const node = place.node(sleeper);
    const first = await create(place.type, node);
    const second = await create(place.type, node);
    expect(pidOf(second)).not.toBe(pidOf(first));
    expect(processesOf(node.id)).toEqual([pidOf(second)]);
  });

  test('under a key whose process was lost with the machine starts it again', async () => {
    const node = place.node(sleeper);
    const first = await create(place.type, node, 'k');
    const claim = place.fileOf(node, 'starts', 'k', 'claim');
    await writeFile(claim, (await readFile(claim, 'utf8')).replace(/^.*\n/, 'an-earlier-boot\n'));
    kill(pidOf(first));
    await eventually('the process is gone', () => !isAlive(pidOf(first)));
    const second = await create(place.type, node, 'k');
    expect(processesOf(node.id)).toEqual([pidOf(second)]);
  });

  test('starts in an empty directory of its own, with a small environment and no descriptor but its log', async () => {
    process.env['COPPICE_TEST_SECRET'] = 'not passed on';
    const script = 'echo "$PWD $PORT $COPPICE_NODE_NAME $COPPICE_CLUSTER_ID $1"; env; exec sleep 1000';
    const command = ['sh', '-c', script, 'sh', '{nodename} {nodeid} {index} {port} {other}'];
    const node = await create(place.type, place.node({ command, port: 'auto', env: { COLOUR: 'green' } }));
    delete process.env['COPPICE_TEST_SECRET'];
    await eventually('it has written', async () =>
      (await textOf(place.fileOf(node, 'output.log'))).includes('COLOUR'),
    );
    const port = `${node.data['port'] as number}`;
    const output = await textOf(place.fileOf(node, 'output.log'));
    expect(output.split('\n')[0]).toBe(
      `${place.fileOf(node, 'work')} ${port} web-3 cluster-1 web-3 ${node.id} 3 ${port} {other}`,
    );
    expect(output).toContain('COLOUR=green');
    expect(output).toContain(`COPPICE_NODE_ID=${node.id}`);
    expect(output).not.toContain('COPPICE_TEST_SECRET');
    expect(openedBy(pidOf(node))).toEqual(new Set(['/dev/null', place.fileOf(node, 'output.log')]));
  });

  test.each([
    ['/no/such/program', 'a file that does not exist'],
    ['no-such-program', 'in no directory of PATH'],
    ['/etc/passwd', 'a file that may not be executed'],
    ['/etc', 'not a file'],
  ])('of %s is impossible: it is %s', async (program, why) => {
    const failure = create(place.type, place.node({ command: [program] }));
    await expect(failure).rejects.toMatchObject({ code: 'operation-impossible' });
    await expect(failure).rejects.toThrow(program);
    await expect(failure).rejects.toThrow(why);
  });

  test('of a script whose interpreter is missing is impossible, also when asked again after a crash', async () => {
    const script = join(place.dataDir, 'script');
    await writeFile(script, '#!/no/such/interpreter\n', { mode: 0o755 });
    const node = place.node({ command: [script] });
    const expected = { code: 'operation-impossible', message: expect.stringContaining(script) as string };
    await expect(create(place.type, node, 'k')).rejects.toMatchObject(expected);
    const later = localProcess({ dataDir: place.dataDir });
    await expect(create(later, node, 'k')).rejects.toMatchObject(expected);
  });

  test('of a working directory that does not exist is impossible', async () => {
    const node = place.node({ ...sleeper, cwd: '/no/such/directory' });
    await expect(create(place.type, node)).rejects.toMatchObject({
      code: 'operation-impossible',
      message: expect.stringContaining('/no/such/directory') as string,
    });
  });

  test('of a process that ends at once fails with its exit status and what it wrote', async () => {
    const node = place.node({
      command: ['sh', '-c', 'echo the hunter22 is lost >&2; exit 3'],
      env: { TOKEN: 'hunter22' },
    });
    await expect(create(place.type, node)).rejects.toMatchObject({
      code: 'operation-failed',
      message: 'the command sh ended right after its start with exit status 3',
      details: { log_tail: 'the *** is lost' },
    });
  });
});

describe('a probe', () => {
  test('sees that a process has ended, and how', async () => {
    const node = await create(place.type, place.node(sleeper));
    kill(pidOf(node));
    await eventually('it is seen', async () => (await verdictOf(place.type, node)) === 'PROCESS_EXITED');
    const reasonGiven = async (): Promise<string> =>
      (await place.type.probe(node, new AbortController().signal)).reason;
    await eventually('its status is known', async () => (await reasonGiven()).includes(' by '));
    expect(await reasonGiven()).toBe(`process ${pidOf(node)} has ended by SIGKILL`);
  });

  test('sees that a process is stopped', async () => {
    const node = await create(place.type, place.node(sleeper));
    kill(pidOf(node), 'SIGSTOP');
    await eventually('it is seen', async () => (await verdictOf(place.type, node)) === 'PROCESS_STOPPED');
    kill(pidOf(node), 'SIGCONT');
    await eventually('it goes on', async () => (await verdictOf(place.type, node)) === 'healthy');
    expect(isAlive(pidOf(node))).toBe(true);
  });

  test('does not take another process with the same number for the node', async () => {
    const node = await create(place.type, place.node(sleeper));
    const earlier = { ...node, data: { ...node.data, start_time: '1' } };
    expect(await verdictOf(place.type, earlier)).toBe('PROCESS_EXITED');
  });

  test('takes a process of an earlier boot for ended', async () => {
    const node = await create(place.type, place.node(sleeper));
    expect(await verdictOf(place.type, { ...node, data: { ...node.data, boot_id: 'before' } })).toBe(
      'PROCESS_EXITED',
    );
  });

  test('says that it does not know where processes cannot be seen', async () => {
    const node = await create(place.type, place.node(sleeper));
    const blind = localProcess({ dataDir: place.dataDir, table: procTable('/no/such/proc') });
    expect(await verdictOf(blind, node)).toBe('unknown');
    const halfBlind = { ...procTable('/no/such/proc'), bootId: () => node.data['boot_id'] as string };
    expect(await verdictOf(localProcess({ dataDir: place.dataDir, table: halfBlind }), node)).toBe('unknown');
  });

  test('says of a process that ended at its start how it ended', async () => {
    const node = place.node({ command: ['sh', '-c', 'echo no such setting; exit 3'] });
    await expect(place.type.create(node, request())).rejects.toThrow(
      /right after its start with exit status 3/,
    );
    const { reason } = await place.type.probe(node, new AbortController().signal);
    expect(reason).toMatch(/^process \d+ has ended with exit status 3$/);
    expect(await details(place.type, node)).toMatchObject({ pid: null, log_tail: 'no such setting' });
  });

  test('says how a process ended where it was to be replaced, and no other could be started', async () => {
    const written = { command: ['sh', '-c', 'while [ ! -e stop ]; do sleep 0.05; done; exit 3'] };
    const node = await create(place.type, place.node(written));
    const reasonGiven = async (): Promise<string> =>
      (await place.type.probe(node, new AbortController().signal)).reason;
    await writeFile(place.fileOf(node, 'work', 'stop'), '');
    await eventually('its status is known', async () => (await reasonGiven()).endsWith(' exit status 3'));
    const withCommand = (...command: string[]): NodeFacts => ({
      ...node,
      properties: { ...node.properties, command },
    });
    await expect(operate(place.type, 'reboot', withCommand('/no/such/program'))).rejects.toThrow(/does not/);
    expect(await reasonGiven()).toBe(`process ${pidOf(node)} has ended with exit status 3`);
    // The next start says more than the one before it.
    await expect(operate(place.type, 'reboot', withCommand('sh', '-c', 'exit 4'))).rejects.toThrow(
      / status 4/,
    );
    expect(await reasonGiven()).toMatch(/^process \d+ has ended with exit status 4$/);
  });

  test('says of a process that Coppice has stopped that it did so', async () => {
    const node = await create(place.type, place.node(sleeper));
    await operate(place.type, 'stop', node);
    const { reason } = await place.type.probe(node, new AbortController().signal);
    expect(reason).toBe(`process ${pidOf(node)} was stopped by Coppice, and none was started after it`);
  });

  test('by a second Coppice says how a process ended, where the first one has seen it', async () => {
    const seen = await create(place.type, place.node(sleeper));
    kill(pidOf(seen));
    const reasonBy = async (type: ProfileType, node: NodeFacts): Promise<string> =>
      (await type.probe(node, new AbortController().signal)).reason;
    await eventually('its status is known', async () => (await reasonBy(place.type, seen)).includes(' by '));
    const second = localProcess({ dataDir: place.dataDir });
    expect(await reasonBy(second, seen)).toBe(`process ${pidOf(seen)} has ended by SIGKILL`);
    // One that ended while no Coppice was its parent.
    const unseen = await create(place.type, place.node(sleeper));
    kill(pidOf(unseen));
    await eventually('its end is written down', async () =>
      (await reasonBy(second, unseen)).endsWith(' by SIGKILL'),
    );
    const { starts } = nodeDirectory(place.dataDir, unseen);
    await rm(join(starts, keyName(unseen.data['key'] as string), 'exit'));
    expect(await reasonBy(second, unseen)).toMatch(/has ended \(exit status unknown: the Coppice that/);
  });

  test('by a second Coppice sees the process that the first one left', async () => {
    const node = await create(place.type, place.node(sleeper));
    const second = localProcess({ dataDir: place.dataDir });
    expect(await verdictOf(second, node)).toBe('healthy');
    await second.remove(node, request());
    expect(await verdictOf(place.type, node)).toBe('PROCESS_EXITED');
  });
});

describe('reboot', () => {
  test('keeps working directory and port, and leaves one process', async () => {
    const first = await create(place.type, place.node({ ...sleeper, port: 'auto' }));
    await writeFile(place.fileOf(first, 'work', 'kept'), '');
    const second = await operate(place.type, 'reboot', first);
    expect(second.data['port']).toBe(first.data['port']);
    expect(readdirSync(place.fileOf(first, 'work'))).toEqual(['kept']);
    expect(processesOf(first.id)).toEqual([pidOf(second)]);
    expect(pidOf(second)).not.toBe(pidOf(first));
  });

  test('SOFT lets the process end in its own way', async () => {
    const command = ['sh', '-c', 'trap "echo bye; exit" INT; echo hello; while :; do sleep 0.05; done'];
    const node = await create(place.type, place.node({ command, stop_signal: 'SIGINT' }));
    await eventually('it is ready', async () =>
      (await textOf(place.fileOf(node, 'output.log'))).includes('hello'),
    );
    await operate(place.type, 'reboot', node, { type: 'SOFT' });
    const output = (): Promise<string> => textOf(place.fileOf(node, 'output.log'));
    await eventually('both wrote', async () => (await output()).split('\n').length > 3);
    expect(await output()).toBe('hello\nbye\nhello\n');
  });

  test('SOFT kills what does not stop in its time', async () => {
    const node = await create(place.type, place.node({ ...stubborn, stop_timeout: 0.2 }));
    await eventually('it ignores the signal', () => isDeaf(node));
    const second = await operate(place.type, 'reboot', node);
    expect(isAlive(pidOf(node))).toBe(false);
    expect(await verdictOf(place.type, second)).toBe('healthy');
  });

  test('HARD does not ask the process', async () => {
    const node = await create(place.type, place.node({ ...stubborn, stop_timeout: 3600 }));
    await eventually('it ignores the signal', () => isDeaf(node));
    const second = await operate(place.type, 'reboot', node, { type: 'HARD' });
    expect(isAlive(pidOf(node))).toBe(false);
    expect(await verdictOf(place.type, second)).toBe('healthy');
  });

  test.each(['SOFT', 'HARD'])('%s brings back a process that is stopped', async (type) => {
    const node = await create(place.type, place.node({ ...sleeper, stop_timeout: 3600 }));
    kill(pidOf(node), 'SIGSTOP');
    await eventually('it is stopped', async () => (await verdictOf(place.type, node)) === 'PROCESS_STOPPED');
    const second = await operate(place.type, 'reboot', node, { type });
    expect(await verdictOf(place.type, second)).toBe('healthy');
    expect(processesOf(node.id)).toEqual([pidOf(second)]);
  });

  test('never signals a stranger that has the number of the record', async () => {
    const stranger = await create(place.type, place.node(sleeper));
    const node = place.node(sleeper);
    const reused = {
      ...node,
      physicalId: `${pidOf(stranger)}.1`,
      data: { ...stranger.data, start_time: '1' },
    };
    const rebooted = await operate(place.type, 'reboot', reused, { type: 'HARD' });
    await place.type.remove({ ...rebooted, data: reused.data }, request());
    expect(await verdictOf(place.type, stranger)).toBe('healthy');
    expect(processesOf(node.id)).toEqual([]);
  });

  test('refuses a type that it does not know', async () => {
    const node = await create(place.type, place.node(sleeper));
    await expect(operate(place.type, 'reboot', node, { type: 'GENTLE' })).rejects.toThrow(
      'type: expected SOFT or HARD, found "GENTLE"',
    );
    expect(await verdictOf(place.type, node)).toBe('healthy');
  });
});

test('rebuild gives a fresh working directory, on the same port', async () => {
  const first = await create(place.type, place.node({ ...sleeper, port: 'auto' }));
  await writeFile(place.fileOf(first, 'work', 'old'), '');
  const second = await operate(place.type, 'rebuild', first);
  expect(readdirSync(place.fileOf(first, 'work'))).toEqual([]);
  expect(second.data['port']).toBe(first.data['port']);
  expect(processesOf(first.id)).toEqual([pidOf(second)]);
});

test('stop ends the process, and start starts it where it does not run', async () => {
  const node = await create(place.type, place.node({ ...sleeper, port: 'auto' }));
  expect(await operate(place.type, 'start', node)).toEqual(node);
  const stopped = await operate(place.type, 'stop', node);
  expect(await verdictOf(place.type, stopped)).toBe('PROCESS_EXITED');
  const started = await operate(place.type, 'start', stopped);
  expect(await verdictOf(place.type, started)).toBe('healthy');
  expect(started.data['port']).toBe(node.data['port']);
});

describe('remove', () => {
  test('leaves neither process nor file, and is content with a node that is gone', async () => {
    const node = await create(
      place.type,
      place.node({ command: ['sh', '-c', 'sleep 1000 & sleep 1000 & wait'] }),
    );
    await eventually('all three run', () => processesOf(node.id).length === 3);
    await place.type.remove(node, request());
    expect(processesOf(node.id)).toEqual([]);
    expect(readdirSync(join(place.dataDir, 'local.process'))).toEqual([]);
    await place.type.remove(node, request());
    await place.type.remove(place.node(sleeper), request());
  });

  test('finds what a leader that died has left in its session', async () => {
    const command = ['sh', '-c', 'trap "" TERM; sh -c "sleep 1000; :" & wait'];
    const node = await create(place.type, place.node({ command, stop_timeout: 0.1 }));
    await eventually('all three run', () => processesOf(node.id).length === 3);
    kill(pidOf(node));
    await eventually('the leader is gone', () => !isAlive(pidOf(node)));
    expect(processesOf(node.id)).toHaveLength(2);
    await localProcess({ dataDir: place.dataDir }).remove(node, request());
    expect(processesOf(node.id)).toEqual([]);
  });

  test.skipIf(process.platform !== 'linux')(
    'finds what has left its session, and leaves strangers alone',
    async () => {
      const stranger = await create(
        place.type,
        place.node({ command: ['sh', '-c', 'setsid sleep 1000 & wait'] }),
      );
      const node = await create(
        place.type,
        place.node({ command: ['sh', '-c', 'setsid sleep 1000 & wait'] }),
      );
      for (const { id } of [stranger, node]) await eventually('both run', () => processesOf(id).length === 2);
      await place.type.remove(node, request());
      expect(processesOf(node.id)).toEqual([]);
      expect(processesOf(stranger.id)).toHaveLength(2);
    },
  );

  test('finds a process that the record names and no file does', async () => {
    const node = await create(place.type, place.node(sleeper));
    await rm(place.fileOf(node), { recursive: true });
    await place.type.remove(node, request());
    expect(processesOf(node.id)).toEqual([]);
  });

  test('finds a process whose stop was begun by a Coppice that crashed', async () => {
    const node = place.node(sleeper);
    await create(place.type, node, 'k');
    await mkdir(place.fileOf(node, 'retired'));
    await rename(place.fileOf(node, 'starts', 'k'), place.fileOf(node, 'retired', 'k'));
    await place.type.remove(node, request());
    expect(processesOf(node.id)).toEqual([]);
  });
});

test('details tell where the process is and what it wrote last, and no value of its environment', async () => {
  const script =
    'for i in $(seq 30); do echo "line $i"; done; echo "$TOKEN"; printf "\\033[31mred\\033[0m\\a"; exec sleep 1000';
  const command = ['sh', '-c', script, 'sh', 'with-hunter22-in-it'];
  const node = await create(place.type, place.node({ command, port: 'auto', env: { TOKEN: 'hunter22' } }));
  await eventually('it has written', async () =>
    ((await details(place.type, node))['log_tail'] as string).includes('red'),
  );
  const { log_tail: logTail, ...rest } = await details(place.type, node);
  expect(rest).toEqual({
    pid: pidOf(node),
    port: node.data['port'],
    started_at: node.data['started_at'],
    uptime: expect.any(Number) as number,
    command: ['sh', '-c', script, 'sh', 'with-***-in-it'],
    cwd: place.fileOf(node, 'work'),
    log_file: place.fileOf(node, 'output.log'),
  });
  const lines = Array.from({ length: 18 }, (_, n) => `line ${n + 13}`);
  expect(logTail).toBe([...lines, '***', 'red\uFFFD'].join('\n'));
  await place.type.remove(node, request());
  expect(await details(place.type, node)).toMatchObject({ uptime: null, log_tail: '' });
});

test('a failed start of another key is no hindrance to the next', async () => {
  const node = place.node({
    command: ['sh', '-c', 'test -e here || { touch here; exit 1; }; exec sleep 1000'],
  });
  await expect(create(place.type, node)).rejects.toMatchObject({ code: 'operation-failed' });
  const started = await after(node, place.type.operations['start']!.run(node, {}, request()));
  expect(await verdictOf(place.type, started)).toBe('healthy');
});

function openedBy(pid: number): Set<string> {
  const names = readdirSync(`/proc/${pid}/fd`);
  return new Set(names.map((name) => readlinkSync(`/proc/${pid}/fd/${name}`)));
}
