/**
 * Accounts in Keystone that tempest takes in turns: it would make users and projects for each of its classes
 * otherwise, and wait for Keystone longer than for what it tests.
 */
import { randomUUID } from 'node:crypto';
import type { Lab } from '../lab.ts';

/** An entry of tempest's accounts.yaml. */
export interface TempestAccount {
  readonly username: string;
  readonly project_name: string;
  readonly password: string;
  readonly user_domain_name: 'Default';
  readonly project_domain_name: 'Default';
  readonly domain_name: 'Default';
  readonly roles: readonly string[];
  readonly types?: readonly string[];
}

export interface TempestAccounts {
  readonly accounts: readonly TempestAccount[];
  readonly remove: () => Promise<void>;
}

/** @param pairs of a member and an administrator, each with a project of its own. */
export async function makeAccounts(lab: Lab, pairs: number): Promise<TempestAccounts> {
  const { roles } = (await ask(lab, 'GET', '/v3/roles')) as { roles: { id: string; name: string }[] };
  const idOf = (name: string): string => roles.find((role) => role.name === name)?.id ?? '';
  const accounts: TempestAccount[] = [];
  const made: string[] = [];
  const run = randomUUID().slice(0, 8);
  for (let index = 0; index < pairs; index += 1)
    for (const names of [['member'], ['admin', 'member']]) {
      const name = `tempest-${run}-${names[0] ?? ''}-${index}`;
      const password = randomUUID();
      const project = await create(lab, 'project', { name, domain_id: 'default' });
      const user = await create(lab, 'user', { name, domain_id: 'default', password });
      for (const role of names)
        await ask(lab, 'PUT', `/v3/projects/${project}/users/${user}/roles/${idOf(role)}`);
      made.push(`/v3/users/${user}`, `/v3/projects/${project}`);
      accounts.push({
        username: name,
        project_name: name,
        password,
        user_domain_name: 'Default',
        project_domain_name: 'Default',
        domain_name: 'Default',
        roles: names,
        ...(names.includes('admin') ? { types: ['admin'] } : {}),
      });
    }
  return {
    accounts,
    async remove() {
      for (const path of made) await ask(lab, 'DELETE', path);
    },
  };
}

async function create(lab: Lab, kind: 'project' | 'user', body: object): Promise<string> {
  const answer = await ask(lab, 'POST', `/v3/${kind}s`, { [kind]: body });
  return (answer as Record<string, { id: string }>)[kind]?.id ?? '';
}

async function ask(lab: Lab, method: string, path: string, body?: unknown): Promise<unknown> {
  const answer = await lab.send({ as: 'admin', service: 'identity', method, path, body });
  if (answer.status >= 400)
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}
