/** `POST /v1/clusters/{id}/actions`: a map with one key, the action, and its parameters. */
import { z } from 'zod';
import { CoppiceError } from '../../domain/errors.ts';
import { planRecord } from '../../plans/plan-record.ts';
import { planOnCluster } from '../../requests/cluster-actions.ts';
import { readActionBody, unknownAction } from '../action-parameters.ts';
import { clusterActions, enqueue } from '../cluster-actions.ts';
import { booleanField, last } from '../fields.ts';
import { requireMinor, withoutLaterKeys } from '../microversion.ts';
import { accepted, param, route, type Route } from '../route.ts';
import { actionIdShape, warningsShape, withWarnings } from '../shapes/common.ts';
import { planShape } from '../shapes/plan.ts';

export function clusterActionRoutes(maxNodes: number): Route[] {
  const actions = clusterActions(maxNodes);
  const optionals = Object.entries(actions).map(([name, { parameters }]) => [name, parameters.optional()]);
  const documented = z.object(Object.fromEntries(optionals) as Record<string, z.ZodType>).meta({
    minProperties: 1,
    maxProperties: 1,
    description: 'One key, the action, with its parameters.',
  });
  return [
    route({
      method: 'POST',
      path: '/v1/clusters/{cluster}/actions',
      summary: 'Do something to a cluster',
      tag: 'Clusters',
      documentedBody: documented,
      query: z.strictObject({ dry_run: last(booleanField('query-boolean')) }),
      answers: {
        200: {
          description: 'With dry_run: what the action would do now; nothing was recorded.',
          schema: z.strictObject({ plan: planShape }),
        },
        202: {
          description: 'The action that does it.',
          schema: actionIdShape.extend({ warnings: warningsShape }),
        },
      },
      async handle(request) {
        const { tools, caller, minor } = request;
        const [name, sent] = readActionBody(request.rawBody, 'cluster');
        const found = Object.hasOwn(actions, name) ? actions[name] : undefined;
        if (found === undefined) throw unknownAction(name);
        requireMinor(minor, found.since ?? 0);
        const parameters = withoutLaterKeys(minor, found.parametersSince ?? {}, sent);
        const cluster = param(request, 'cluster');
        if (request.query.dry_run === true) {
          const requested = found.request?.(parameters) ?? noPlan(name);
          const plan = await planOnCluster(tools, caller, cluster, requested);
          return { status: 200, body: { plan: planRecord(plan) } };
        }
        const carryOut = found.carryOut ?? enqueue(found);
        const actionId = await carryOut(tools, caller, cluster, parameters);
        const warnings = (await found.warn?.(tools, caller, cluster, parameters)) ?? [];
        return accepted(actionId, withWarnings({ action: actionId }, warnings));
      },
    }),
  ];
}

function noPlan(name: string): never {
  throw new CoppiceError('bad-request', `dry_run: expected an action with a plan, found ${name}`);
}
