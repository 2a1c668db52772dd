/** Names need not be unique; who gives a name twice learns at once that the name alone finds neither. */
import type { ApiClient } from '../../client/api-client.ts';
import { writeWarning, type CliSession } from './session.ts';

export interface MaybeNamed {
  readonly one: string;
  readonly many: string;
  /** Those of a name; absent: they have none. */
  readonly namesakes?: (api: ApiClient, name: string) => Promise<readonly { readonly id: string }[]>;
}

/**
 * What cannot be found out is no failure of what was done.
 * @param name the name that was given to the object; undefined: none was.
 */
export async function warnOfNamesakes(
  session: CliSession,
  { one, many, namesakes }: MaybeNamed,
  name: string | undefined,
  id: string,
): Promise<void> {
  const { api, typed } = session;
  if (name === undefined || namesakes === undefined) return;
  const others = (await namesakes(api, name).catch(() => [])).filter((other) => other.id !== id);
  if (others.length === 0) return;
  const rename = typed(`${one} update ${id.slice(0, 8)} --name NAME`);
  const sentence = `${others.length + 1} ${many} are named ${name}: the name alone finds none of them. Give ids, or rename this one: ${rename}`;
  writeWarning(session, sentence);
}
