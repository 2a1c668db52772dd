/** Callers of the workflow API from several projects: project and roles stand in headers. */
import type { JsonObject } from '../../src/domain/json.ts';
import type { Role } from '../../src/requests/request-tools.ts';
import type { Authentication } from '../../src/authentication/authentication.ts';
import { noAuthentication } from '../../src/authentication/loopback-only.ts';
import type { MistralServer } from './mistral-server.ts';

export const byHeaders: Authentication = {
  ...noAuthentication(),
  authenticate: (request) =>
    Promise.resolve({
      project: request.header('x-project') ?? '',
      user: 'u',
      domain: null,
      roles: (request.header('x-roles') ?? 'member').split(',') as Role[],
    }),
};

export interface ProjectAnswer {
  readonly status: number;
  readonly body: JsonObject;
}

/** @returns sends a request for a project; paths are below `/v2`. */
export function callersOf({ url }: Pick<MistralServer, 'url'>) {
  return async (
    project: string,
    method: string,
    path: string,
    body?: string,
    roles = 'member',
  ): Promise<ProjectAnswer> => {
    const headers = { 'x-project': project, 'x-roles': roles };
    const answer = await fetch(`${url}/v2${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? {} : (JSON.parse(text) as JsonObject) };
  };
}
