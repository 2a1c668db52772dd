/**
 * What runs on this machine of nodes that the database does not have: they were made after the backup that it
 * was restored from, or before a start with `--new`. Nothing watches or ends them. Only the operator knows
 * which of the two is wrong, so that they are named and left alone.
 */
import { count } from './recovery/describe.ts';
import type { LeftNode } from './profiles/left-node.ts';
import type { ProfileTypes } from './profiles/registry.ts';
import { allNodeIds } from './store/nodes.ts';
import type { Db } from './store/store.ts';

const mostShown = 5;

export class UnknownNodes {
  readonly #profileTypes: ProfileTypes;
  readonly #ids: ReadonlySet<string>;

  private constructor(profileTypes: ProfileTypes, ids: ReadonlySet<string>) {
    this.#profileTypes = profileTypes;
    this.#ids = ids;
  }

  /** Before the first action is carried out: afterwards, a node is missing because it was deleted. */
  static async find(db: Db, profileTypes: ProfileTypes): Promise<UnknownNodes> {
    const known = new Set(await allNodeIds(db));
    const left = await leftNodes(profileTypes, (nodeId) => !known.has(nodeId));
    return new UnknownNodes(profileTypes, new Set(left.map(({ nodeId }) => nodeId)));
  }

  /** Of those that were found at the start, what still runs. */
  async running(): Promise<LeftNode[]> {
    if (this.#ids.size === 0) return [];
    const left = await leftNodes(this.#profileTypes, (nodeId) => this.#ids.has(nodeId));
    return left.filter(({ running }) => running.length > 0);
  }

  /** What an operator has to know of them; undefined: none runs. */
  async warning(): Promise<string | undefined> {
    const nodes = await this.running();
    const all = nodes.flatMap(({ nodeId, directory, running }) =>
      running.map(({ name, end }) => `${name} of node ${nodeId} in ${directory} (${end} ends it)`),
    );
    if (all.length === 0) return undefined;
    const shown = all.slice(0, mostShown).join('; ');
    const more = all.length > mostShown ? `; and ${all.length - mostShown} more, which the log names` : '';
    return (
      `${count(all.length, 'process runs', 'processes run')} for nodes that the database does not have, and nothing watches them: ${shown}${more}. ` +
      'The database is older than they are. To have them watched, stop Coppice and put a newer coppice.db there; else end them, and remove their directories.'
    );
  }
}

async function leftNodes(
  profileTypes: ProfileTypes,
  isWanted: (nodeId: string) => boolean,
): Promise<LeftNode[]> {
  const left: LeftNode[] = [];
  for (const type of profileTypes.all) left.push(...((await type.leftNodes?.(isWanted)) ?? []));
  return left;
}
