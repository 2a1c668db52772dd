/** `coppice workflow create`: what a file defines goes to the server, whichever of the three kinds it is. */
import { ApiError, type ApiOperation } from '../../client/api-client.ts';
import { CliError } from '../cli-error.ts';
import { writeJson, writeProse, type CliSession } from '../client/session.ts';
import { inOwnWords } from '../rendering/mistral-words.ts';
import { readWorkflowFile, writeProblem } from '../files/workflow-file.ts';

const paths = { workflow: 'workflows', workbook: 'workbooks', action: 'actions' } as const;

export async function uploadDefinitions(session: CliSession, file: string, replaces: boolean): Promise<void> {
  const { kind, text } = await readWorkflowFile(file);
  const body = await withHint(session, replaces, upload(session, kind, text, replaces));
  const warnings = await warningsOf(session, kind, text);
  if (session.json) return writeJson(session.terminal, warnings.length === 0 ? body : { ...body, warnings });
  for (const { path, ...warning } of warnings)
    writeProblem(session, file, { severity: 'warning', path: [path], ...warning });
  const definitions: readonly Written[] = 'name' in body ? [body] : Object.values(body).flat();
  const [created, replaced] = [false, true].map((isOld) =>
    definitions.filter(({ updated_at: updatedAt }) => (updatedAt != null) === isOld),
  );
  const done = [inWords('replaced', kind, replaced), inWords('created', kind, created)];
  writeProse(session, [`${file}: ${done.filter((part) => part !== '').join('; ')}`]);
}

/** What was there before has been updated. */
interface Written {
  readonly name: string;
  readonly updated_at?: string | null | undefined;
}

function inWords(done: string, kind: string, definitions: readonly Written[] = []): string {
  if (definitions.length === 0) return '';
  const names = definitions.map(({ name }) => name).join(', ');
  return `${done} ${kind}${definitions.length === 1 ? '' : 's'} ${names}`;
}

/** A replacement creates what is new in the file: all of it, or nothing. */
async function upload({ api }: CliSession, kind: keyof typeof paths, text: string, replaces: boolean) {
  if (!replaces) {
    const operation = `POST /v2/${paths[kind]}` as const satisfies ApiOperation;
    return (await api.send(operation, { body: text })).body;
  }
  const operation = `PUT /v2/${paths[kind]}` as const satisfies ApiOperation;
  return (await api.send(operation, { body: text, query: { create_missing: 'true' } })).body;
}

/** What will fail when it runs; creating answers in Mistral's shape, which has no place for it. */
async function warningsOf({ api }: CliSession, kind: keyof typeof paths, text: string) {
  const operation = `POST /v2/${paths[kind]}/validate` as const satisfies ApiOperation;
  return (await api.send(operation, { body: text })).body.warnings ?? [];
}

/** The API answers in Mistral's words, which know no option of this command. */
async function withHint<Answer>(
  { typed }: CliSession,
  replaces: boolean,
  sent: Promise<Answer>,
): Promise<Answer> {
  try {
    return await sent;
  } catch (error) {
    const isTaken = error instanceof ApiError && error.message.startsWith('Duplicate entry');
    if (!isTaken || replaces) throw error;
    const hint = '--replace puts the definitions of the file in its place, and creates those that are new.';
    throw new CliError(`${inOwnWords(error.message, typed)}\n${hint}`, { cause: error });
  }
}
