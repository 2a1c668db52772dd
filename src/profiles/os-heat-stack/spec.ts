/**
 * What an `os.heat.stack` spec may hold: Senlin's keys with Senlin's meaning and defaults. One table says it
 * all: the schema that the API shows, the defaults, and the checks.
 */
import { checkFields } from '../../domain/check-fields.ts';
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import { requireDecrypted } from '../../domain/secret-fields.ts';
import { defaultsOf, type Fields } from '../../domain/spec-schema.ts';
import type { ProfileType, SpecCheck } from '../profile-type.ts';

/** The spec as the code reads it; made from the checked `properties` of a node. */
export interface StackSpec {
  /** Empty: `templateUrl` is used. */
  readonly template: JsonObject;
  readonly templateUrl: string;
  /** Minutes that Heat gives an action of the stack; undefined: as Heat is configured. */
  readonly timeoutMins: number | undefined;
  readonly disableRollback: boolean;
}

/** With what is secret. */
export interface WholeStackSpec extends StackSpec {
  readonly parameters: JsonObject;
  readonly files: JsonObject;
  readonly environment: JsonObject;
}

export const fields: Fields = {
  context: {
    type: 'Map',
    description:
      'Security context of the stacks. Of it `region_name` is used, the region in which they are created; work is done in the name of the owner.',
    default: {},
  },
  template: { type: 'Map', description: 'The template of the stack.', default: {}, updatable: true },
  template_url: {
    type: 'String',
    description: 'The URL from which Heat fetches the template; not used where template is written.',
    default: '',
    updatable: true,
  },
  parameters: {
    type: 'Map',
    description: 'Values of the parameters of the template.',
    default: {},
    updatable: true,
    secret: true,
  },
  files: {
    type: 'Map',
    description: 'Contents of the files that the template names, by their names.',
    default: {},
    updatable: true,
    secret: true,
  },
  timeout: {
    type: 'Integer',
    description: 'Minutes that Heat gives an action of the stack; absent: as Heat is configured.',
    min: 1,
    updatable: true,
  },
  disable_rollback: {
    type: 'Boolean',
    description: 'true: a stack that could not be created is left as it is; false: Heat takes it back.',
    default: true,
    updatable: true,
  },
  environment: {
    type: 'Map',
    description: 'The environment of the stack: its registry of resources and defaults of parameters.',
    default: {},
    updatable: true,
    secret: true,
  },
};

/** Checks `properties` and fills in the defaults. */
export function checkSpec(...[properties, options]: Parameters<ProfileType['check']>): SpecCheck {
  const checked = checkFields(fields, properties, '1.0', options);
  if (!checked.ok) return checked;
  const filled = { ...defaultsOf(fields, '1.0'), ...checked.value };
  const { template, templateUrl } = specOf(filled);
  if (Object.keys(template).length > 0 || templateUrl !== '') return { ok: true, properties: filled };
  return {
    ok: false,
    issues: [{ field: 'template', expected: 'a template, or template_url', found: 'neither' }],
  };
}

/** @param properties checked. */
export function specOf(properties: JsonObject): StackSpec {
  const { template, template_url: url, timeout, disable_rollback: disableRollback } = properties;
  return {
    template: mapOf(template),
    templateUrl: typeof url === 'string' ? url : '',
    timeoutMins: typeof timeout === 'number' ? timeout : undefined,
    disableRollback: disableRollback !== false,
  };
}

/** @param properties checked, and in plain text. */
export function wholeSpecOf(properties: JsonObject): WholeStackSpec {
  requireDecrypted(fields, properties);
  const { parameters, files, environment } = properties;
  return {
    ...specOf(properties),
    parameters: mapOf(parameters),
    files: mapOf(files),
    environment: mapOf(environment),
  };
}

function mapOf(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

/** What Heat is sent of a spec, to create or to preview a stack. */
export function stackBody(spec: WholeStackSpec): JsonObject {
  return {
    ...(Object.keys(spec.template).length > 0
      ? { template: spec.template }
      : { template_url: spec.templateUrl }),
    parameters: spec.parameters,
    files: spec.files,
    environment: spec.environment,
    disable_rollback: spec.disableRollback,
    ...(spec.timeoutMins === undefined ? {} : { timeout_mins: spec.timeoutMins }),
  };
}
