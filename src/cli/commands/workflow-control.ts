/**
 * `coppice workflow pause | resume | cancel | rerun | definitions`: what an operator does to executions, and
 * what can be run.
 */
import type { Command } from 'commander';
import type { ApiClient, RequestOf } from '../../client/api-client.ts';
import type { Schemas } from '../../client/api-types.ts';
import { CliError } from '../cli-error.ts';
import { executionIdOf } from '../client/execution-id.ts';
import { isOfRun } from '../../domain/run-namespace.ts';
import { openSession, writeJson, writeProse } from '../client/session.ts';
import type { CliSession } from '../client/session.ts';
import type { Terminal } from '../rendering/terminal.ts';
import { ageColumn, exampleText, leftOut, printRows, proseColumn, textColumn } from './resource.ts';

type Execution = Schemas['FullWorkflowExecution'];
type State = RequestOf<'PUT /v2/executions/{id}'>['body']['state'];

const exampleId = '5a1f09c2-1c6e-4d0b-9f0e-2f1d4c7b8a90';

export function addControl(group: Command, terminal: Terminal): void {
  addChange(group, terminal, {
    name: 'pause',
    state: 'PAUSED',
    description: 'Pause an execution: tasks that run continue, no other is started until it is resumed.',
  });
  addChange(group, terminal, {
    name: 'resume',
    state: 'RUNNING',
    description: 'Resume an execution that is paused.',
  });
  addChange(group, terminal, {
    name: 'cancel',
    state: 'CANCELLED',
    description: 'Cancel an execution; a recovery that waits for it takes that as a failure.',
  });
  addRerun(group, terminal);
  addDefinitions(group, terminal);
}

function addChange(
  group: Command,
  terminal: Terminal,
  { name, state, description }: { name: string; state: NonNullable<State>; description: string },
): void {
  group
    .command(`${name} <execution>`)
    .description(description)
    .option('--reason <text>', 'kept with the execution, as its state_info')
    .addHelpText('after', exampleText(`workflow ${name} ${exampleId}`))
    .action(async (start: string, { reason }: { reason?: string }, command: Command) => {
      const session = openSession(command, terminal);
      const id = await executionIdOf(session.api, start);
      const body = reason === undefined ? { state } : { state, state_info: reason };
      const { body: execution } = await session.api.send('PUT /v2/executions/{id}', { path: { id }, body });
      printExecution(session, execution);
    });
}

function addRerun(group: Command, terminal: Terminal): void {
  group
    .command('rerun <execution> [task]')
    .description(
      'Run the failed tasks of an execution again, or one of them by name or id; it continues from there.',
    )
    .option('--resume-items', 'of a task with items, only the items that failed')
    .addHelpText('after', exampleText(`workflow rerun ${exampleId}`, `workflow rerun ${exampleId} evacuate`))
    .action(
      async (
        start: string,
        task: string | undefined,
        { resumeItems }: { resumeItems?: boolean },
        command: Command,
      ) => {
        const session = openSession(command, terminal);
        const { api } = session;
        const id = await executionIdOf(api, start);
        for (const failed of await failedTasks(api, id, task)) {
          const body = { state: 'RUNNING', reset: resumeItems !== true } as const;
          await api.send('PUT /v2/tasks/{id}', { path: { id: failed }, body });
        }
        const { body: execution } = await api.send('GET /v2/executions/{id}', { path: { id } });
        printExecution(session, execution);
      },
    );
}

/** Ids. @throws CliError that names which tasks failed. */
async function failedTasks(api: ApiClient, id: string, task: string | undefined): Promise<string[]> {
  const path = { id };
  const failed = await api.read('GET /v2/executions/{id}/tasks', 'tasks', {
    path,
    query: { state: 'ERROR' },
  });
  const found = failed.filter((each) => task === undefined || each.id === task || each.name === task);
  if (found.length > 0) return found.flatMap((each) => each.id ?? []);
  const names = [...new Set(failed.flatMap(({ name }) => name ?? []))].join(', ');
  const which = names === '' ? 'no task of this execution has failed' : `failed: ${names}`;
  throw new CliError(
    `There is nothing to run again${task === undefined ? '' : ` as ${JSON.stringify(task)}`}: ${which}.`,
  );
}

function printExecution(session: CliSession, execution: Execution): void {
  if (session.json) return writeJson(session.terminal, execution);
  const { id, state, workflow_name: name } = execution;
  const follow = session.typed(`workflow show ${id}`);
  writeProse(session, [
    [{ text: `${name} is ${state}. Follow it with: ` }, { text: follow, isCommand: true }],
  ]);
}

const definitionColumns = [
  textColumn('NAME', 'name'),
  textColumn('NAMESPACE', 'namespace'),
  leftOut(1, ageColumn('CREATED', 'created_at')),
  proseColumn(textColumn('INPUT', 'input')),
];

interface DefinitionRow {
  readonly name?: string;
  readonly namespace?: string;
  readonly input?: string;
  readonly created_at?: string;
}

function addDefinitions(group: Command, terminal: Terminal): void {
  group
    .command('definitions')
    .description('List the workflows that the server knows: what can be run by name, and named in a policy.')
    .option('--all', 'those of files that `workflow run` runs, too')
    .addHelpText('after', exampleText('workflow definitions'))
    .action(async ({ all }: { all?: boolean }, command: Command) => {
      const session = openSession(command, terminal);
      const query = { sort_keys: 'name' };
      const known = await session.api.read('GET /v2/workflows', 'workflows', { query });
      const workflows = known.filter(({ namespace = '' }) => all === true || !isOfRun(namespace));
      if (session.json) writeJson(terminal, workflows);
      else if (workflows.length === 0) terminal.write('No workflows.\n');
      else printRows<DefinitionRow>(session, definitionColumns, workflows);
    });
}
