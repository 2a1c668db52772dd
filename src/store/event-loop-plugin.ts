/**
 * SQLite answers at once, so that work which goes from one query to the next goes from promise to promise:
 * the event loop does not turn, and no request is read and no signal handled until that work is over; a
 * workflow without an end never is. So a query that ends when the event loop has not turned for a while waits
 * for it. A database behind a socket needs nothing of the kind.
 */
import type {
  KyselyPlugin,
  PluginTransformQueryArgs,
  PluginTransformResultArgs,
  QueryResult,
  RootOperationNode,
  UnknownRow,
} from 'kysely';
import { yieldToEventLoop } from '../event-loop.ts';

export class EventLoopPlugin implements KyselyPlugin {
  transformQuery({ node }: PluginTransformQueryArgs): RootOperationNode {
    return node;
  }

  async transformResult({ result }: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    await yieldToEventLoop();
    return result;
  }
}
