import { expect, test } from 'vitest';
import { serverSentData } from './event-stream.ts';

function inChunks(text: string, size: number): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.subarray(at, at + size));
      controller.close();
    },
  });
}

const text =
  ': hello\n\nid: 1\nevent: recovery\ndata: {"a":\ndata: "é"}\n\ndata:no blank\r\n\r\ndata: unfinished';

test.each([1, 2, 3, 7, 1000])('data is whole however the bytes arrive (%i at a time)', async (size) => {
  const data = [];
  for await (const each of serverSentData(inChunks(text, size))) data.push(each);
  expect(data).toEqual(['{"a":\n"é"}', 'no blank']);
});
