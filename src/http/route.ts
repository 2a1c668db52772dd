/**
 * A route is one declaration: where it is, what it takes, what it answers and since when; its handler is a
 * few lines that call a use case. The server, the checks and `openapi.json` all come from the declaration.
 * Who may use it stands in `authentication/access-rules.ts`.
 */
import type { ServerResponse } from 'node:http';
import type { z } from 'zod';
import type { CoppiceError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Owner, Role } from '../domain/model.ts';
import type { Caller, RequestTools } from '../requests/request-tools.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface RouteRequest<Query, Body> {
  readonly tools: RequestTools;
  readonly caller: Caller;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
  /** The body as it was sent, where the declaration does not say what it holds. */
  readonly rawBody: JsonObject | undefined;
  /** N of microversion 1.N. */
  readonly minor: number;
  /** `http://127.0.0.1:8777`, as the client reached us. */
  readonly origin: string;
  /** `/v1/clusters/web`, without the query. */
  readonly path: string;
  /** `?limit=2`, as it was sent; empty where there is none. */
  readonly search: string;
  readonly header: (name: string) => string | undefined;
  /** The roles that a user has now who is not the caller: `Authentication.rolesOf`. */
  readonly rolesOf: (owner: Owner, granted: readonly Role[]) => Promise<readonly Role[]>;
  /**
   * For a request that stands for one of another endpoint.
   * @throws CoppiceError `forbidden` where the caller may not use that.
   */
  readonly requireAccess: (caller: Caller, endpoint: Pick<Route, 'method' | 'path'>) => void;
}

export type Answer =
  | {
      readonly status: number;
      /** Absent: no body at all. */
      readonly body?: unknown;
      /** The action to poll; becomes `Location`. */
      readonly actionId?: string;
    }
  | { readonly status: number; readonly contentType: string; readonly text: string | Buffer }
  | { readonly stream: (response: ServerResponse) => void };

export interface AnswerDeclaration {
  readonly description: string;
  readonly schema?: z.ZodType;
  readonly contentType?: string;
}

/**
 * How one API words what all of its routes have in common: requests that are wrong, errors, the text of
 * answers.
 */
export interface ApiDialect {
  /** @throws CoppiceError */
  readQuery(route: Route, query: unknown): unknown;
  /** `text` is undefined where nothing was sent. @throws CoppiceError */
  readBody(route: Route, text: string | undefined): ParsedBody;
  toText(body: unknown): string;
  /** `route` is undefined for a path that is not there. */
  errorAnswer(error: CoppiceError, route: Route | undefined): ErrorAnswer;
  /** The shape of errors, for OpenAPI. */
  readonly errorSchema: z.ZodType;
}

export interface ParsedBody {
  readonly body: unknown;
  readonly rawBody: JsonObject | undefined;
}

export interface ErrorAnswer {
  readonly status: number;
  readonly body: object;
}

export interface RouteDeclaration<Query, Body> {
  readonly method: Method;
  /** `/v1/clusters/{id}` */
  readonly path: string;
  readonly summary: string;
  readonly tag: string;
  /** N of the first microversion 1.N that has it; absent: all do. */
  readonly since?: number;
  /** Absent: the clustering API's. */
  readonly dialect?: ApiDialect;
  /**
   * Whether what it answers depends on the database, the caller, the URL and the version only, and an answer
   * may serve all who ask for the same (answer-cache.ts).
   */
  readonly isRepeatable?: true;
  readonly query?: z.ZodType<Query>;
  readonly body?: z.ZodType<Body>;
  /** Absent: JSON. */
  readonly bodyType?: 'text/plain';
  /** What errors call the body, where the API has a name for it. */
  readonly bodyName?: string;
  /** What the body holds, where the handler reads it itself; optional where there may be none. */
  readonly documentedBody?: z.ZodType;
  /** Whether the body comes from a program that sends more than is read, where numbers may be rounded. */
  readonly mayRound?: true;
  readonly answers: Readonly<Record<number, AnswerDeclaration>>;
  handle(request: RouteRequest<Query, Body>): Promise<Answer>;
}

export type Route = RouteDeclaration<unknown, unknown>;

export function route<Query = undefined, Body = undefined>(
  declaration: RouteDeclaration<Query, Body>,
): Route {
  return declaration;
}

/** Whether a request may come without such a body. */
export function isOptional(body: z.ZodType): boolean {
  return body.safeParse(undefined).success;
}

export function param(request: { readonly params: Readonly<Record<string, string>> }, name: string): string {
  return request.params[name] ?? '';
}

/** 202 with the action to poll. */
export function accepted(actionId: string, body: unknown = { action: actionId }): Answer {
  return { status: 202, body, actionId };
}
