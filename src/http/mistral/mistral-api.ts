/**
 * Mistral's REST API v2, in front of the embedded runner: `/v2/...` on the same port, so that `openstack
 * workflow`, `mistral` and scripts written for Mistral find what they know. Its routes are routes like all
 * others (`../route.ts`), and call the use cases of `requests/workflows/`.
 *
 *     mistral-dialect.ts    how requests are read, and errors worded     workflow-route.ts   a route in this
 *                           dialect
 *     mistral-list.ts       filters, sorting, paging
 *     workflows.ts, ...     the routes, one file a resource
 *     ...-resource.ts       what each resource shows, field by field, and what its requests carry
 *     not-there.ts          what Mistral has and we have not
 *
 * Definitions come as text, dictionaries travel as JSON text inside of JSON, errors are `faultstring`s.
 */
import type { Route } from '../route.ts';
import { actionExecutionRoutes } from './action-executions.ts';
import { mistralActionRoutes } from './actions.ts';
import { environmentRoutes } from './environments.ts';
import { executionRoutes } from './executions.ts';
import { notThereRoutes } from './not-there.ts';
import { rootRoutes } from './root.ts';
import { serviceRoutes } from './services.ts';
import { taskRoutes } from './tasks.ts';
import { workbookRoutes } from './workbooks.ts';
import { workflowDefinitionRoutes } from './workflows.ts';

export const workflowRoutes: readonly Route[] = [
  ...rootRoutes,
  ...workflowDefinitionRoutes,
  ...workbookRoutes,
  ...mistralActionRoutes,
  ...executionRoutes,
  ...taskRoutes,
  ...actionExecutionRoutes,
  ...environmentRoutes,
  ...serviceRoutes,
  ...notThereRoutes,
];
