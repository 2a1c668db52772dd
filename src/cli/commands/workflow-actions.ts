/** `coppice workflow actions`: what tasks can call on this server, with the parameters. */
import type { Command } from 'commander';
import { ApiError, type AnswerOf } from '../../client/api-client.ts';
import { isOfRun } from '../../domain/run-namespace.ts';
import { openSession, writeJson, writeProse, type CliSession } from '../client/session.ts';
import { inOwnWords } from '../rendering/mistral-words.ts';
import type { Terminal } from '../rendering/terminal.ts';
import {
  exampleText,
  leftOut,
  printRows,
  proseColumn,
  shownIfAny,
  textColumn,
  type Column,
} from './resource.ts';

type Action = AnswerOf<'GET /v2/actions'>['actions'][number];

const columns: readonly Column<Action>[] = [
  textColumn('NAME', 'name'),
  shownIfAny(leftOut(1, textColumn('NAMESPACE', 'namespace'))),
  proseColumn(textColumn('PARAMETERS', 'input')),
  leftOut(2, proseColumn(textColumn('DESCRIPTION', 'description'))),
];

export function addActions(group: Command, terminal: Terminal): void {
  group
    .command('actions [text]')
    .description('List the actions that tasks can call, built-in and ad-hoc ones, with their parameters.')
    .addHelpText(
      'after',
      '\nWith a text, those that have it in their name or description.\n' +
        exampleText('workflow actions nova.servers', 'workflow actions evacuat'),
    )
    .action(async (text: string | undefined, _options: object, command: Command) => {
      const session = openSession(command, terminal);
      const all = await session.api.read('GET /v2/actions', 'actions', { query: { sort_keys: 'name' } });
      const found = all.filter((action) => !isOfRun(action.namespace ?? '') && has(action, text));
      if (session.json) writeJson(terminal, found);
      else if (found.length > 0) printRows(session, columns, found);
      else writeProse(session, [await whyNone(session, text)]);
    });
}

function has({ name = '', description }: Action, text = ''): boolean {
  const wanted = text.toLowerCase();
  return [name, description ?? ''].some((one) => one.toLowerCase().includes(wanted));
}

/** The server says of a name why there is no such action. */
async function whyNone({ api, typed }: CliSession, text = ''): Promise<string> {
  try {
    await api.send('GET /v2/actions/{id}', { path: { id: text } });
    return 'No actions.';
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return inOwnWords(error.message, typed);
    throw error;
  }
}
