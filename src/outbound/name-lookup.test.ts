import type { LookupAddress } from 'node:dns';
import { expect, test } from 'vitest';
import { NameLookup } from './name-lookup.ts';

type Answer = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void;

const address: LookupAddress = { address: '10.0.0.1', family: 4 };

/** A name server under the test's hand. */
class Names {
  now = 0;
  readonly asked: string[] = [];
  readonly open = new Map<string, Answer>();
  readonly lookup = new NameLookup(
    (name, _, answer) => {
      this.asked.push(name);
      this.open.set(name, answer);
    },
    () => this.now,
  );

  ask(name: string): Promise<unknown> {
    return new Promise((resolve) =>
      this.lookup.lookup(name, { all: true }, (error, found) => resolve(error?.code ?? found)),
    );
  }

  answer(name: string, error: NodeJS.ErrnoException | null = null): void {
    const answer = this.open.get(name);
    this.open.delete(name);
    answer?.(error, error === null ? [address] : []);
  }
}

test('equal questions are asked once, and an answer is kept for a while', async () => {
  const names = new Names();
  const both = [names.ask('a'), names.ask('a')];
  names.answer('a');
  expect(await Promise.all(both)).toEqual([[address], [address]]);
  expect(await names.ask('a')).toEqual([address]);
  expect(names.asked).toEqual(['a']);
  names.now = 6000;
  const later = names.ask('a');
  names.answer('a', Object.assign(new Error('gone'), { code: 'ENOTFOUND' }));
  expect(await later).toBe('ENOTFOUND');
  expect(names.asked).toEqual(['a', 'a']);
});

test('few names are looked up at once, and those that were slow take one place', async () => {
  const names = new Names();
  for (const name of ['slow-1', 'slow-2', 'slow-3', 'waiting']) void names.ask(name);
  expect(names.asked).toEqual(['slow-1', 'slow-2', 'slow-3']);
  expect(names.lookup.isPending('waiting'), 'not looked up yet').toBe(true);
  names.now = 10_000;
  for (const name of ['slow-1', 'slow-2', 'slow-3', 'waiting']) {
    names.answer(name, Object.assign(new Error('silence'), { code: 'EAI_AGAIN' }));
  }
  expect(names.lookup.isPending('waiting')).toBe(false);
  names.asked.length = 0;
  for (const name of ['slow-1', 'slow-2', 'slow-3', 'quick-1', 'quick-2']) void names.ask(name);
  expect(names.asked).toEqual(['slow-1', 'quick-1', 'quick-2']);
});

test('the shape of the answer is that of dns.lookup', async () => {
  const names = new Names();
  const one = new Promise((resolve) =>
    names.lookup.lookup('a', { family: 4 }, (...answer) => resolve(answer)),
  );
  names.answer('a');
  expect(await one).toEqual([null, '10.0.0.1', 4]);
  const other = new Promise((resolve) =>
    names.lookup.lookup('a', { family: 6 }, (error) => resolve(error?.code)),
  );
  expect(await other).toBe('ENOTFOUND');
});
