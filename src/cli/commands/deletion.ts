/**
 * `delete` of every kind, for one name or several. What is refused hides none of the others. With --json
 * there is one document, whatever the kind and the number: a list with an entry for each name whose deletion
 * was accepted, `{name, action}`; `action` is null where the object was gone when the answer came.
 */
import type { Command } from 'commander';
import type { ApiClient } from '../../client/api-client.ts';
import type { Schemas } from '../../client/api-types.ts';
import { CollectedFailures } from '../client/failures.ts';
import { followAction, printAction, throwIfFailed } from '../client/report-action.ts';
import { openSession, writeJson, writeProse, type CliSession } from '../client/session.ts';
import type { Terminal } from '../rendering/terminal.ts';
import { exampleText } from './resource.ts';
import { WAIT_FLAG, WAIT_TEXT, type Started, type WaitOption } from './started-action.ts';

/** What is needed to find objects of a kind, and to delete them. */
export interface Deletable {
  readonly one: string;
  readonly many: string;
  readonly examples: { readonly delete?: string };
  readonly show: (api: ApiClient, nameOrId: string) => Promise<{ readonly id: string }>;
  readonly find?: Deletable['show'];
}

interface Found {
  readonly id: string;
  /** As it was typed. */
  readonly name: string;
  /** The name, where several were typed; else ''. */
  readonly label: string;
}

/**
 * Several are looked up before the first is changed, so that a name that is mistyped changes nothing. One is
 * left to the server to find.
 */
export async function findAll(
  api: ApiClient,
  { show, find = show }: Pick<Deletable, 'show' | 'find'>,
  namesOrIds: readonly string[],
): Promise<Found[]> {
  const [first, another] = namesOrIds;
  if (first !== undefined && another === undefined) return [{ id: first, name: first, label: '' }];
  const found: Found[] = [];
  for (const name of namesOrIds) found.push({ id: (await find(api, name)).id, name, label: name });
  return found;
}

interface Deletion {
  readonly name: string;
  readonly action: Schemas['Action'] | null;
}

/** For what is gone when the answer comes. */
export function addDeleteAtOnce(
  group: Command,
  terminal: Terminal,
  kind: Deletable,
  remove: (api: ApiClient, id: string) => Promise<unknown>,
): void {
  const { one, many, examples } = kind;
  group
    .command(`delete <${one}...>`)
    .description(`Delete ${many}.`)
    .addHelpText('after', exampleText(examples.delete ?? ''))
    .action(async (names: string[], _options: object, command: Command) => {
      const session = openSession(command, terminal);
      const failures = new CollectedFailures();
      const deletions: Deletion[] = [];
      for (const { id, name, label } of await findAll(session.api, kind, names))
        await failures.collect(label, async () => {
          await remove(session.api, id);
          deletions.push({ name, action: null });
          if (!session.json) writeProse(session, [`Deleted ${one} ${name}.`]);
        });
      writeDeletions(session, deletions);
      failures.throwAny();
    });
}

/** For what an action deletes. */
export function addDeleteByAction(
  group: Command,
  terminal: Terminal,
  kind: Deletable,
  remove: (api: ApiClient, id: string) => Promise<Started>,
): void {
  group
    .command(`delete <${kind.one}...>`)
    .description(`Delete ${kind.many} and all that belongs to them.`)
    .addHelpText('after', exampleText(kind.examples.delete ?? ''))
    .option(WAIT_FLAG, WAIT_TEXT)
    .action(async (names: string[], options: WaitOption, command: Command) => {
      const session = openSession(command, terminal);
      const failures = new CollectedFailures();
      const started: (Found & { readonly actionId: string | undefined })[] = [];
      for (const found of await findAll(session.api, kind, names))
        await failures.collect(found.label, async () => {
          started.push({ ...found, actionId: (await remove(session.api, found.id)).actionId });
        });
      const deletions: Deletion[] = [];
      for (const { name, label, actionId } of started)
        await failures.collect(label, async () => {
          const action = await followAction(session, actionId, options.wait === true);
          deletions.push({ name, action });
          if (!session.json) printAction(session, action, label);
          throwIfFailed(action);
        });
      writeDeletions(session, deletions);
      failures.throwAny();
    });
}

/** Where nothing was accepted there is no document, as after any other refusal. */
function writeDeletions({ terminal, json }: CliSession, deletions: readonly Deletion[]): void {
  if (json && deletions.length > 0) writeJson(terminal, deletions);
}
