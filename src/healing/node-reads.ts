import { nextTurn } from '../event-loop.ts';
import type { Node } from '../domain/model.ts';
import { getNodes } from '../store/nodes.ts';
import type { Store } from '../store/store.ts';

/**
 * Reads of nodes. Those that are asked for in the same turn of the event loop are one query: a round begins
 * the probes of hundreds of nodes at once.
 */
export class NodeReads {
  readonly #store: Pick<Store, 'db'>;
  #ids: string[] = [];
  #found: Promise<ReadonlyMap<string, Node>> | undefined;

  constructor(store: Pick<Store, 'db'>) {
    this.#store = store;
  }

  /** The node as it is after this call; undefined: it does not exist. */
  async read(id: string): Promise<Node | undefined> {
    this.#ids.push(id);
    this.#found ??= this.#readInNextTurn();
    return (await this.#found).get(id);
  }

  async #readInNextTurn(): Promise<ReadonlyMap<string, Node>> {
    await nextTurn();
    const ids = this.#ids;
    this.#ids = [];
    this.#found = undefined;
    return new Map((await getNodes(this.#store.db, ids)).map((node) => [node.id, node]));
  }
}
