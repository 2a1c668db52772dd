/** `coppice workflow create`: what a file defines goes to the server, whichever of the three kinds it is. */
import { ApiError, type ApiAnswer, type ApiOperation } from '../../client/api-client.ts';
import { CliError } from '../cli-error.ts';
import { writeJson, writeProse, type CliSession } from '../client/session.ts';
import { inOwnWords } from '../rendering/mistral-words.ts';
import { readWorkflowFile, writeProblem } from '../files/workflow-file.ts';

const paths = { workflow: 'workflows', workbook: 'workbooks', action: 'actions' } as const;

export async function uploadDefinitions(session: CliSession, file: string, replaces: boolean): Promise<void> {
  const { kind, text } = await readWorkflowFile(file);
  const method = replaces ? 'PUT' : 'POST';
  const operation = `${method} /v2/${paths[kind]}` as const satisfies ApiOperation;
  const { body } = await withHint(session, replaces, session.api.send(operation, { body: text }));
  const warnings = await warningsOf(session, kind, text);
  if (session.json) return writeJson(session.terminal, warnings.length === 0 ? body : { ...body, warnings });
  for (const { path, ...warning } of warnings)
    writeProblem(session, file, { severity: 'warning', path: [path], ...warning });
  const names =
    'name' in body
      ? [body.name]
      : Object.values(body)
          .flat()
          .map(({ name }) => name);
  const done = replaces ? 'replaced' : 'created';
  writeProse(session, [`${file}: ${done} ${kind}${names.length === 1 ? '' : 's'} ${names.join(', ')}`]);
}

/** What will fail when it runs; creating answers in Mistral's shape, which has no place for it. */
async function warningsOf({ api }: CliSession, kind: keyof typeof paths, text: string) {
  const operation = `POST /v2/${paths[kind]}/validate` as const satisfies ApiOperation;
  return (await api.send(operation, { body: text })).body.warnings ?? [];
}

/** The API answers in Mistral's words, which know no option of this command. */
async function withHint<K extends ApiOperation>(
  { typed }: CliSession,
  replaces: boolean,
  sent: Promise<ApiAnswer<K>>,
): Promise<ApiAnswer<K>> {
  try {
    return await sent;
  } catch (error) {
    const hint = error instanceof ApiError ? hintFor(error, replaces) : undefined;
    if (hint === undefined || !(error instanceof ApiError)) throw error;
    throw new CliError(`${inOwnWords(error.message, typed)}\n${hint}`, { cause: error });
  }
}

function hintFor({ status }: ApiError, replaces: boolean): string | undefined {
  if (status === 409 && !replaces) return '--replace puts the definitions of the file in its place.';
  if (status === 404 && replaces) return 'Without --replace it is created.';
  return undefined;
}
