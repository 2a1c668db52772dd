/** The id of an execution from its beginning, as all other ids are typed. */
import type { ApiClient } from '../../client/api-client.ts';
import { CliError } from '../cli-error.ts';

const wholeId = 36;

/** Enough to tell that several fit, and to name them. */
const mostShown = 5;

/**
 * What cannot be the beginning of an id, or fits no execution, goes to the server as it is, which says so.
 * @throws CliError where it fits several executions.
 */
export async function executionIdOf(api: ApiClient, start: string): Promise<string> {
  if (start.length >= wholeId || !/^[0-9a-f-]{4,}$/i.test(start)) return start;
  const query = { id: `has:${start.toLowerCase()}`, limit: '100' };
  const { body } = await api.send('GET /v2/executions', { query });
  const found = body.executions.filter(({ id = '' }) => id.startsWith(start.toLowerCase()));
  if (found.length > 1) {
    const named = found
      .slice(0, mostShown)
      .map(({ id, workflow_name: name, state, created_at: at }) => `${id} (${name}, ${state}, ${at})`);
    const more = found.length > mostShown ? ' and others' : '';
    throw new CliError(
      `More than one execution fits '${start}': ${named.join(', ')}${more}. Give the id of one of them.`,
    );
  }
  return found[0]?.id ?? start;
}
