import type { Issue } from '../domain/errors.ts';
import { typeName } from '../profiles/profile-type.ts';
import type { CheckedProfileType } from './policy-type.ts';

/** As in Senlin the policy is for servers alone. @param why what other nodes lack, in a clause. */
export function onlyServers(type: CheckedProfileType, why: string): Issue[] {
  if (type.name === 'os.nova.server') return [];
  return [{ field: '', expected: 'nodes of os.nova.server', found: `nodes of ${typeName(type)}`, hint: why }];
}
