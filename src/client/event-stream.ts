/** The data of server-sent events (`text/event-stream`), as they arrive. */
import { EventSourceParserStream } from 'eventsource-parser/stream';

export async function* serverSentData(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const events = stream.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  for await (const { data } of events) yield data;
}
