/**
 * SQLite answers at once, so that work which goes from one query to the next goes from promise to promise: the event loop does not
 * turn, and no request is read and no signal handled until that work is over; a workflow without an end never is. So a query that
 * ends when the event loop has not turned for a while waits for it. A database behind a socket needs nothing of the kind.
 */
import type {
  KyselyPlugin,
  PluginTransformQueryArgs,
  PluginTransformResultArgs,
  QueryResult,
  RootOperationNode,
  UnknownRow,
} from 'kysely';

/** Longer than almost every query, and too short to be noticed. */
const LONGEST_MS = 10;

export class EventLoopPlugin implements KyselyPlugin {
  transformQuery({ node }: PluginTransformQueryArgs): RootOperationNode {
    return node;
  }

  async transformResult({ result }: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    if (performance.now() - turnedAt >= LONGEST_MS) await nextTurn();
    return result;
  }
}

/** One event loop for all connections of the process. */
let turnedAt = 0;

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => {
      turnedAt = performance.now();
      resolve();
    });
  });
}
