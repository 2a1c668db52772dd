/**
 * What Mistral's API has and this one has not: an answer that its clients can show says what to use instead.
 */
import { z } from 'zod';
import { notFound } from '../../requests/workflows/workflow-tools.ts';
import type { Method, Route } from '../route.ts';
import { workflowRoute } from './workflow-route.ts';

/** Whatever is requested. */
const anyQuery = z.looseObject({});
const all: readonly Method[] = ['GET', 'POST', 'PUT', 'DELETE'];
const python =
  'actions in Python are not loaded here. Write an ad-hoc action over std.http (POST /v2/actions), or run the code as an HTTP service that ' +
  'a task calls with std.http, or with std.mistral_http if it takes long';

const missing: readonly (readonly [paths: readonly string[], sentence: string])[] = [
  [
    ['/v2/cron_triggers', '/v2/cron_triggers/{id}'],
    'There are no cron triggers: let cron, a systemd timer or a CronJob start the workflow (POST /v2/executions, or coppice workflow run).',
  ],
  [
    ['/v2/event_triggers', '/v2/event_triggers/{id}'],
    'There are no event triggers: a health policy runs workflows on what happens to nodes (an action of type WORKFLOW in recovery.actions); for other events let ' +
      'who sees them start the workflow (POST /v2/executions).',
  ],
  [['/v2/code_sources', '/v2/code_sources/{id}'], `There are no code sources: ${python}.`],
  [['/v2/dynamic_actions', '/v2/dynamic_actions/{id}'], `There are no dynamic actions: ${python}.`],
  [
    ['/v2/workflows/{id}/members', '/v2/workflows/{id}/members/{member}'],
    'Workflows are not shared with single projects: a workflow that is created with scope=public can be used by all.',
  ],
];

export const notThereRoutes: readonly Route[] = missing.flatMap(([paths, sentence]) =>
  paths.flatMap((path) =>
    all.map((method) =>
      workflowRoute({
        method,
        path,
        summary: 'Not there: the answer says what to use instead',
        tag: 'Workflow API: not there',
        answer: [404],
        query: anyQuery,
        handle: () => Promise.reject(notFound(sentence)),
      }),
    ),
  ),
);
