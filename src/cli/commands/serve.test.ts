import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../../../test/cli/run.ts';

const taken = createServer();
const parent = mkdtempSync(path.join(tmpdir(), 'coppice-serve-'));
const dataDir = path.join(parent, 'data');

beforeAll(() => once(taken.listen(0, '127.0.0.1'), 'listening'));
afterAll(() => {
  taken.close();
  rmSync(parent, { recursive: true });
});

describe('a server that is refused says why, and has made nothing', () => {
  test.each([
    [
      'a port that is taken',
      () => `127.0.0.1:${(taken.address() as AddressInfo).port}`,
      1,
      /is taken by another program/,
    ],
    ['an address of others', () => '0.0.0.0:0', 2, /listens on this machine only/],
    [
      'a port that is none',
      () => '127.0.0.1:99999',
      2,
      /listen: expected host:port, the port from 0 to 65535/,
    ],
  ])('%s', async (_, address, exitCode, sentence) => {
    const { code, err } = await run(['serve', '--data-dir', dataDir, '--listen', address()]);
    expect(err).toMatch(sentence);
    expect([code, existsSync(dataDir)]).toEqual([exitCode, false]);
  });
});
