/** `coppice workflow create`: what a file defines goes to the server, whichever of the three kinds it is. */
import type { Operation } from '../../client/api-client.ts';
import { writeJson, type Session } from '../client/session.ts';
import { readWorkflowFile } from '../files/workflow-file.ts';

const paths = { workflow: 'workflows', workbook: 'workbooks', action: 'actions' } as const;

export async function createDefinitions(session: Session, file: string, replaces: boolean): Promise<void> {
  const { kind, text } = await readWorkflowFile(file);
  const method = replaces ? 'PUT' : 'POST';
  const operation = `${method} /v2/${paths[kind]}` as const satisfies Operation;
  const { body } = await session.api.send(operation, { body: text });
  if (session.json) return writeJson(session.terminal, body);
  const names =
    'name' in body
      ? [body.name]
      : Object.values(body)
          .flat()
          .map(({ name }) => name);
  const done = replaces ? 'replaced' : 'created';
  session.terminal.write(`${file}: ${done} ${kind}${names.length === 1 ? '' : 's'} ${names.join(', ')}\n`);
}
