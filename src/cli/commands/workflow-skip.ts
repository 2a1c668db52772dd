/** `coppice workflow skip`: leaves a failed task of an execution behind, so that the execution goes on after it. */
import type { Command } from 'commander';
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import { CliError } from '../cli-error.ts';
import { identity, type ApiClient } from '../client/api-client.ts';
import { openSession, writeJson } from '../client/session.ts';
import type { Terminal } from '../rendering/terminal.ts';
import { textOf } from '../rendering/text-of.ts';
import { exampleText } from './resource.ts';

export function addSkip(group: Command, terminal: Terminal): void {
  group
    .command('skip <execution> <task>')
    .description(
      'Skip a failed task, by name or id: the execution goes on by its on-skip, or as after a success.',
    )
    .addHelpText('after', exampleText('workflow skip 5a1f09c2-1c6e-4d0b-9f0e-2f1d4c7b8a90 evacuate'))
    .action(async (execution: string, task: string, _options: object, command: Command) => {
      const { api, json } = openSession(command, terminal);
      const id = await failedTask(api, execution, task);
      const { body: skipped } = await api.send('PUT', `/v2/tasks/${identity(id)}`, {
        body: { state: 'SKIPPED' },
      });
      const after = await api.get(`/v2/executions/${identity(execution)}`);
      if (json) writeJson(terminal, skipped);
      else terminal.write(sentence(skipped, after));
    });
}

function sentence(task: Json, execution: JsonObject): string {
  const [name, state] = [textOf(isJsonObject(task) ? task['name'] : null), textOf(execution['state'])];
  return `${name} is skipped, its execution is ${state}.\nSee: coppice workflow show ${textOf(execution['id'])}\n`;
}

/** The newest of that name which failed. @throws CliError that says which tasks could be skipped. */
async function failedTask(api: ApiClient, execution: string, task: string): Promise<string> {
  const failed = await api.list(`/v2/executions/${identity(execution)}/tasks`, 'tasks', { state: 'ERROR' });
  const found = failed.findLast((one) => one['id'] === task || one['name'] === task);
  if (found !== undefined) return textOf(found['id']);
  const names = [...new Set(failed.map((one) => textOf(one['name'])))];
  const which = names.length === 0 ? 'no task of this execution has failed' : `failed: ${names.join(', ')}`;
  throw new CliError(`There is no failed task ${JSON.stringify(task)} to skip; ${which}.`);
}
