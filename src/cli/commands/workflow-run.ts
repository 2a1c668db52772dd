/**
 * `coppice workflow run`: a file's definitions go to the server under a namespace of their own (its digest),
 * so that nothing there is replaced; they are taken away again when the execution has ended.
 */
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { JsonObject } from '../../domain/json.ts';
import { ApiError } from '../../client/api-client.ts';
import { CliError } from '../cli-error.ts';
import { runNamespace } from '../client/run-namespace.ts';
import { writeJson, writeProse, type CliSession } from '../client/session.ts';
import { readWorkflowFile, type WorkflowFile } from '../files/workflow-file.ts';
import { progressLine } from '../rendering/progress-line.ts';
import { renderExecution, tookText } from '../rendering/workflow-tree.ts';

export interface WorkflowRunOptions {
  readonly workflow: string | undefined;
  readonly input: JsonObject;
  readonly env: JsonObject;
  readonly wait: boolean;
}

/** @throws CliError when it cannot be started, or has not ended in SUCCESS. */
export async function runAndFollow(
  session: CliSession,
  fileOrName: string,
  options: WorkflowRunOptions,
): Promise<void> {
  const isFile = fileOrName === '-' || /\.ya?ml$|\.json$/.test(fileOrName) || existsSync(fileOrName);
  if (!isFile) return await follow(session, await start(session, fileOrName, '', options), options.wait);
  const file = await readWorkflowFile(fileOrName);
  const namespace = runNamespace(file.text);
  const names = await bring(session, file, namespace);
  let isLeftRunning = false;
  try {
    const id = await start(session, selectedName(fileOrName, names, options.workflow), namespace, options);
    isLeftRunning = !options.wait;
    await follow(session, id, options.wait);
  } finally {
    if (!isLeftRunning) await takeAway(session, names, namespace);
  }
}

/**
 * @returns the names of the workflows in the file, which may be there from an earlier run. What another
 * project shares in that namespace is not of the file.
 */
async function bring({ api }: CliSession, file: WorkflowFile, namespace: string): Promise<string[]> {
  if (file.kind === 'action') throw new CliError('expected a file with workflows, found ad-hoc actions');
  try {
    const request = { query: { namespace }, body: file.text };
    if (file.kind === 'workbook') await api.send('POST /v2/workbooks', request);
    else await api.send('POST /v2/workflows', request);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 409) throw error;
  }
  return namesOf(await api.read('GET /v2/workflows', 'workflows', { query: own(namespace) }));
}

const own = (namespace: string) => ({ namespace, scope: 'private' });

/** Each once: an administrator sees those of all projects, and means the own ones. */
function namesOf(definitions: readonly { readonly name?: string | undefined }[]): string[] {
  return [...new Set(definitions.flatMap(({ name }) => name ?? []))];
}

function selectedName(file: string, names: readonly string[], selected: string | undefined): string {
  const [first] = names;
  const found =
    selected === undefined ? first : names.find((name) => name === selected || name.endsWith(`.${selected}`));
  if (found !== undefined) return found;
  throw new CliError(`${file}: expected one of ${names.join(', ')}, found ${JSON.stringify(selected ?? '')}`);
}

async function start(
  { api }: CliSession,
  name: string,
  namespace: string,
  { input, env }: WorkflowRunOptions,
): Promise<string> {
  const params = Object.keys(env).length === 0 ? {} : { env };
  const body = {
    workflow_name: name,
    workflow_namespace: namespace,
    input,
    params,
    description: 'coppice workflow run',
  };
  return await api.read('POST /v2/executions', 'id', { body });
}

const open = new Set(['IDLE', 'RUNNING', 'PAUSED']);
const pollEveryMs = 200;

async function follow(session: CliSession, id: string, wait: boolean): Promise<void> {
  const { api, terminal, json, style, typed } = session;
  const path = { id };
  const readExecution = async () => (await api.send('GET /v2/executions/{id}', { path })).body;
  if (!wait) {
    if (json) writeJson(terminal, await readExecution());
    else
      writeProse(session, [
        [
          { text: `Started ${id}. Follow it with: ` },
          { text: typed(`workflow show ${id}`), isCommand: true },
        ],
      ]);
    return;
  }
  let execution = await readExecution();
  if (!json && open.has(execution.state)) terminal.writeError(`Running as ${id} ...\n`);
  const progress = progressLine(terminal);
  try {
    while (open.has(execution.state)) {
      progress.show(
        `${execution.workflow_name} for ${tookText(execution, terminal.now())}: ${execution.state}`,
      );
      await pause(pollEveryMs);
      execution = await readExecution();
    }
  } finally {
    progress.clear();
  }
  if (json) writeJson(terminal, execution);
  else
    terminal.write(
      renderExecution((await api.send('GET /v2/executions/{id}/report', { path })).body, style, {
        times: session.times(),
        columns: session.columns,
      }),
    );
  const state = execution.state;
  if (state !== 'SUCCESS') throw new CliError(`the execution ended in ${state}`);
}

async function takeAway({ api }: CliSession, names: readonly string[], namespace: string): Promise<void> {
  const workbooks = namesOf(await api.read('GET /v2/workbooks', 'workbooks', { query: own(namespace) }));
  for (const id of workbooks)
    await api.send('DELETE /v2/workbooks/{id}', { path: { id }, query: { namespace } });
  if (workbooks.length > 0) return;
  for (const name of names) await removeWorkflow(api, name, namespace);
}

/** Another run of the same file may have been quicker. */
async function removeWorkflow(api: CliSession['api'], name: string, namespace: string): Promise<void> {
  try {
    await api.send('DELETE /v2/workflows/{id}', { path: { id: name }, query: { namespace } });
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
  }
}
