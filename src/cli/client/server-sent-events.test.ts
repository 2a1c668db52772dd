import { expect, test } from 'vitest';
import { readServerSentEvents } from './server-sent-events.ts';

async function* inChunks(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const text =
  ': hello\n\nid: 1\nevent: recovery\ndata: {"a":\ndata: "é"}\n\ndata:no blank\r\n\r\ndata: unfinished';

test.each([1, 2, 3, 7, 1000])('events are whole however the bytes arrive (%i at a time)', async (size) => {
  const events = [];
  for await (const event of readServerSentEvents(inChunks(text, size))) events.push(event);
  expect(events).toEqual([
    { event: 'recovery', data: '{"a":\n"é"}' },
    { event: 'message', data: 'no blank' },
  ]);
});
