/**
 * `coppice workflow skip`: leaves a failed task of an execution behind, so that the execution continues after
 * it.
 */
import type { Command } from 'commander';
import type { ApiClient } from '../../client/api-client.ts';
import type { Schemas } from '../../client/api-types.ts';
import { CliError } from '../cli-error.ts';
import { executionIdOf } from '../client/execution-id.ts';
import { openSession, writeJson, writeProse, type CliSession } from '../client/session.ts';
import type { Prose } from '../rendering/prose.ts';
import type { Terminal } from '../rendering/terminal.ts';
import { exampleText } from './resource.ts';

export function addSkip(group: Command, terminal: Terminal): void {
  group
    .command('skip <execution> <task>')
    .description(
      'Skip a failed task, by name or id: the execution continues by its on-skip, or as after a success.',
    )
    .addHelpText('after', exampleText('workflow skip 5a1f09c2-1c6e-4d0b-9f0e-2f1d4c7b8a90 evacuate'))
    .action(async (start: string, task: string, _options: object, command: Command) => {
      const session = openSession(command, terminal);
      const { api, json } = session;
      const execution = await executionIdOf(api, start);
      const id = await failedTask(api, execution, task);
      const { body: skipped } = await api.send('PUT /v2/tasks/{id}', {
        path: { id },
        body: { state: 'SKIPPED' },
      });
      const { body: after } = await api.send('GET /v2/executions/{id}', { path: { id: execution } });
      if (json) writeJson(terminal, skipped);
      else writeProse(session, sentences(session, skipped, after));
    });
}

function sentences(
  { typed }: CliSession,
  { name }: Schemas['FullTaskExecution'],
  { id, state }: Schemas['FullWorkflowExecution'],
): Prose[] {
  return [
    `${name} is skipped, its execution is ${state}.`,
    [{ text: 'See: ' }, { text: typed(`workflow show ${id}`), isCommand: true }],
  ];
}

/** The newest of that name which failed. @throws CliError that names which tasks could be skipped. */
async function failedTask(api: ApiClient, execution: string, task: string): Promise<string> {
  const failed = await api.read('GET /v2/executions/{id}/tasks', 'tasks', {
    path: { id: execution },
    query: { state: 'ERROR' },
  });
  const found = failed.findLast((one) => one.id === task || one.name === task);
  if (found?.id !== undefined) return found.id;
  const names = [...new Set(failed.map((one) => one.name))];
  const which = names.length === 0 ? 'no task of this execution has failed' : `failed: ${names.join(', ')}`;
  throw new CliError(`There is no failed task ${JSON.stringify(task)} to skip; ${which}.`);
}
