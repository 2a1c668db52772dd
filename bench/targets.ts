/**
 * HTTP targets in a process of their own, so that serving them costs the measured process nothing. Argument:
 * how many ports.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import type { AddressInfo } from 'node:net';

export interface Targets {
  readonly ports: readonly number[];
  stop(): Promise<void>;
}

export async function startTargets(count: number): Promise<Targets> {
  const child = fork(import.meta.filename, [String(count)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [ports] = (await once(child, 'message')) as [number[]];
  return {
    ports,
    async stop() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** One HTTP server behind many listeners. */
async function serve(count: number): Promise<number[]> {
  const server = http.createServer((_, response) => response.end('passing'));
  const ports: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const listener = net.createServer((socket) => void server.emit('connection', socket));
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    ports.push((listener.address() as AddressInfo).port);
  }
  return ports;
}

if (import.meta.main) {
  process.on('disconnect', () => process.exit());
  process.send?.(await serve(Number(process.argv[2])));
}
