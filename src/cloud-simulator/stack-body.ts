/** What the body of a request to Heat gives of a stack, checked as Heat checks it. */
import { parse } from 'yaml';
import { type Json, type JsonObject, isJsonObject } from '../domain/json.ts';
import { SimulatorError } from './api-error.ts';
import { textIn } from './endpoint.ts';
import { SERVER_TYPE } from './stack-servers.ts';
import { parameterValues, part, readStackTemplate } from './stack-template.ts';
import type { StackGiven } from './simulated-stack.ts';
import type { World } from './world.ts';

/** @throws SimulatorError 400. */
export function stackNameIn(body: JsonObject): string {
  const name = textIn(body, 'stack_name');
  if (name === undefined) throw new SimulatorError(400, 'No stack name specified', 'HTTPBadRequest');
  if (/^[A-Za-z][\w.-]{0,254}$/.test(name)) return name;
  throw new SimulatorError(
    400,
    `Invalid stack name ${name} must contain only alphanumeric or "_-." characters, must start with alpha and must be 255 characters or less.`,
    'StackValidationFailed',
  );
}

/** @param before of a PATCH: what is not written stays. @throws SimulatorError 400. */
export function stackGiven(body: JsonObject, world: World, before?: StackGiven): StackGiven {
  const environment = body['environment'] === undefined ? (before?.environment ?? {}) : environmentIn(body);
  if (body['template'] === undefined && typeof body['template_url'] === 'string')
    throw new SimulatorError(
      400,
      `Could not retrieve template: the simulator requests nothing from other servers, found template_url ${body['template_url']}`,
      'HTTPBadRequest',
    );
  const template = readStackTemplate(body['template'] ?? before?.template.source, environment);
  const writtenParameters = { ...before?.writtenParameters, ...part(body, 'parameters') };
  const { timeout_mins: timeout, disable_rollback: rollback, tags } = body;
  if (world.settings.strict) checkServers(template, world);
  return {
    template,
    parameters: parameterValues(template, writtenParameters, environment),
    writtenParameters,
    environment,
    files: body['files'] === undefined ? (before?.files ?? {}) : part(body, 'files'),
    tags: typeof tags === 'string' && tags !== '' ? tags.split(',') : [],
    timeoutMins: typeof timeout === 'number' ? timeout : (before?.timeoutMins ?? null),
    disableRollback: typeof rollback === 'boolean' ? rollback : (before?.disableRollback ?? true),
  };
}

/** Heat looks up what a template names before it begins. @throws SimulatorError 400. */
function checkServers({ resources }: StackGiven['template'], { flavors }: World): void {
  for (const { name, type, properties } of resources) {
    const { flavor } = properties;
    if (type === SERVER_TYPE && typeof flavor === 'string' && !flavors.has(flavor))
      throw new SimulatorError(
        400,
        `Property error: : resources.${name}.properties.flavor: : Error validating value '${flavor}': No Flavor matching {'name': '${flavor}'}. (HTTP 404)`,
        'StackValidationFailed',
      );
  }
}

export function environmentIn({ environment }: JsonObject): JsonObject {
  const value = typeof environment === 'string' ? (parse(environment) as Json) : environment;
  return isJsonObject(value) ? value : {};
}
