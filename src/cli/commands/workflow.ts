/** `coppice workflow ...`: definitions in files, and executions on a server. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import type { AnswerOf } from '../../client/api-client.ts';
import { addActions } from './workflow-actions.ts';
import { addControl } from './workflow-control.ts';
import { parseJsonOrText, wholeNumber } from '../option-values.ts';
import { executionIdOf } from '../client/execution-id.ts';
import { openSession, writeJson, type CliSession } from '../client/session.ts';
import {
  ageColumn,
  exampleText,
  idCell,
  leftOut,
  printRows,
  proseColumn,
  statusColumn,
  textColumn,
} from './resource.ts';
import type { Column } from './resource.ts';
import { addDeleteAtOnce } from './deletion.ts';
import { definitionResource, removeDefinition } from './workflow-delete.ts';
import { addSkip } from './workflow-skip.ts';
import { renderHints, type Hint } from '../rendering/hints.ts';
import type { Terminal } from '../rendering/terminal.ts';
import { textOf } from '../rendering/text-of.ts';
import { renderExecution, tookText } from '../rendering/workflow-tree.ts';

export function workflowCommand(terminal: Terminal): Command {
  const workflow = new Command('workflow')
    .description(
      'Workflows (OpenStack Mistral DSL v2): check and draw definitions, run them, show executions.',
    )
    .addHelpText(
      'after',
      exampleText('workflow validate evacuate.yaml', 'workflow run evacuate.yaml --input host=n1'),
    );
  addValidate(workflow, terminal);
  addCreate(workflow, terminal);
  addDeleteAtOnce(workflow, terminal, definitionResource, removeDefinition);
  addGraph(workflow, terminal);
  addRun(workflow, terminal);
  addList(workflow, terminal);
  addShow(workflow, terminal);
  addControl(workflow, terminal);
  addSkip(workflow, terminal);
  addActions(workflow, terminal);
  return workflow;
}

interface FileOptions {
  readonly workflow?: string;
}

function addValidate(group: Command, terminal: Terminal): void {
  group
    .command('validate <file>')
    .description('Check a definition (workflows, a workbook or ad-hoc actions) in a file; needs no server.')
    .addHelpText('after', '\nExample:\n  $ coppice workflow validate evacuate.yaml')
    .action(async (file: string, _options: object, command: Command) => {
      const session = openSession(command, terminal);
      const { validateFile } = await import('../files/workflow-file.ts');
      await validateFile(session, file);
    });
}

function addCreate(group: Command, terminal: Terminal): void {
  group
    .command('create <file>')
    .description('Create what a definition in a file holds, so that policies and tasks can name it.')
    .option('--replace', 'replace what is there under the same names, and create what is new')
    .addHelpText('after', '\nExample:\n  $ coppice workflow create evacuate.yaml')
    .action(async (file: string, options: { replace?: boolean }, command: Command) => {
      const { uploadDefinitions } = await import('./workflow-create.ts');
      await uploadDefinitions(openSession(command, terminal), file, options.replace === true);
    });
}

function addGraph(group: Command, terminal: Terminal): void {
  group
    .command('graph <file>')
    .description('Draw the workflows of a definition as Mermaid flowcharts; needs no server.')
    .option('--workflow <name>', 'only this one of the file')
    .addHelpText('after', '\nExample:\n  $ coppice workflow graph evacuate.yaml > evacuate.mmd')
    .action(async (file: string, options: FileOptions, command: Command) => {
      const { graphFile } = await import('../files/workflow-file.ts');
      const mermaid = await graphFile(file, options.workflow);
      if (openSession(command, terminal).json) writeJson(terminal, { file, mermaid });
      else terminal.write(mermaid);
    });
}

interface RunOptions extends FileOptions {
  readonly input?: JsonObject;
  readonly env?: JsonObject;
  readonly wait: boolean;
}

function addRun(group: Command, terminal: Terminal): void {
  group
    .command('run <file-or-name>')
    .description('Run a workflow: of a file, or one that the server knows by name. Shows it until it ends.')
    .option('--workflow <name>', 'which one of the file; without it the first')
    .option('--input <json>', 'input as a JSON object, or name=value (may be given again)', keyOrObject)
    .option('--env <json>', 'environment, in the same two forms', keyOrObject)
    .option('--no-wait', 'start it, and say its id')
    .addHelpText(
      'after',
      '\nExamples:\n  $ coppice workflow run evacuate.yaml --input host=n1 --input grace=5\n' +
        '  $ coppice workflow run heal_node --input \'{"node": "n1"}\'',
    )
    .action(async (fileOrName: string, options: RunOptions, command: Command) => {
      const session = openSession(command, terminal);
      const { runAndFollow } = await import('./workflow-run.ts');
      const { workflow, input = {}, env = {}, wait } = options;
      await runAndFollow(session, fileOrName, { workflow, input, env, wait });
    });
}

/** A value that is JSON is taken as such, any other as text: `grace=5` is a number, `host=n1` is not. */
function keyOrObject(text: string, before: JsonObject = {}): JsonObject {
  const value = text.trim().startsWith('{') ? parseJsonOrText(text) : undefined;
  if (isJsonObject(value)) return { ...before, ...value };
  const at = text.indexOf('=');
  if (at < 1)
    throw new InvalidArgumentError(`Expected name=value or a JSON object, found ${JSON.stringify(text)}.`);
  const rest = text.slice(at + 1);
  return { ...before, [text.slice(0, at)]: parseJsonOrText(rest) ?? rest };
}

interface ListOptions {
  readonly name?: string;
  readonly state?: string;
  readonly limit: number;
  readonly all?: boolean;
}

const states = ['RUNNING', 'PAUSED', 'SUCCESS', 'ERROR', 'CANCELLED'];

const byDefault = 20;

function addList(group: Command, terminal: Terminal): void {
  group
    .command('list')
    .description('List executions, the newest first.')
    .addHelpText('after', exampleText('workflow list --state ERROR'))
    .option('--name <workflow>', 'of this workflow')
    .addOption(new Option('--state <state>', 'in this state').choices(states))
    .option('--all', 'sub-workflows, too')
    .option('--limit <number>', 'at most so many; 0: all', wholeNumber(0), byDefault)
    .action(async ({ name, state, limit, all }: ListOptions, command: Command) => {
      const session = openSession(command, terminal);
      const nulls = all === true ? undefined : 'root_execution_id';
      const query = {
        workflow_name: name,
        state,
        limit: String(limit),
        nulls,
        sort_keys: 'created_at',
        sort_dirs: 'desc',
      };
      const executions = await session.api.read('GET /v2/executions', 'executions', { query });
      if (session.json) writeJson(terminal, executions);
      else if (executions.length === 0) terminal.write('No executions.\n');
      else printRows(session, executionColumns, executions);
    });
}

type Execution = AnswerOf<'GET /v2/executions'>['executions'][number];

const executionColumns: readonly Column<Execution>[] = [
  textColumn('WORKFLOW', 'workflow_name'),
  statusColumn('STATE', 'state'),
  ageColumn('STARTED', 'created_at'),
  leftOut(2, { header: 'TOOK', cell: (execution, { now }) => ({ text: tookText(execution, now) }) }),
  { header: 'ID', cell: ({ id }) => idCell(id) },
  leftOut(1, proseColumn(textColumn('DESCRIPTION', 'description'))),
];

function addShow(group: Command, terminal: Terminal): void {
  group
    .command('show <execution>')
    .description('Show an execution as a tree of tasks, actions and sub-workflows, with states and times.')
    .addHelpText('after', exampleText('workflow show 5a1f09c2-1c6e-4d0b-9f0e-2f1d4c7b8a90'))
    .action(async (start: string, _options: object, command: Command) => {
      const session = openSession(command, terminal);
      const { api, json, style, times, columns } = session;
      const id = await executionIdOf(api, start);
      const { body: report } = await api.send('GET /v2/executions/{id}/report', { path: { id } });
      if (json) writeJson(terminal, report);
      else
        terminal.write(
          renderExecution(report, style, { times: times(), columns }) +
            renderHints(await recoveryHint(session, id), columns, style),
        );
    });
}

/** An execution that a recovery started has that in its environment. */
async function recoveryHint({ api, typed }: CliSession, id: string): Promise<Hint[]> {
  const { body } = await api.send('GET /v2/executions/{id}', { path: { id } });
  const { env } = JSON.parse(body.params) as { readonly env?: Json };
  const healing = isJsonObject(env) ? env['healing'] : undefined;
  const recovery = isJsonObject(healing) ? healing['episode'] : undefined;
  const recoveryId = isJsonObject(recovery) ? textOf(recovery['id']) : '';
  if (recoveryId === '') return [];
  return [{ command: typed(`recovery show ${recoveryId}`), what: 'the recovery that it is a step of' }];
}
