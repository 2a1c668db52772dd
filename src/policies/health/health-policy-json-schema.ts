/**
 * JSON Schema of senlin.policy.health, for editors and for those who write policies by program: of one
 * version, and of all in one file (schemas/health-policy.schema.json). It says what can be said of the shape;
 * `coppice policy check` says the rest, and with reasons. What it refuses the check refuses too, but for
 * scalars of another type ("60", yes), which the check reads as Senlin does.
 */
import { toJsonSchema } from '../../domain/json-schema.ts';
import { isJsonObject } from '../../domain/json.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { isInVersion } from '../../domain/spec-schema.ts';
import { documentOutside, documentSchema, jsonSchemaDialect, versionSchema } from '../document-schema.ts';
import { healthPolicyFields } from './health-policy-fields.ts';
import { recreateParams } from './recovery-fields.ts';

/** Of the whole document, in one version. */
export function healthDocumentSchema(name: string, version: string): JsonObject {
  return documentSchema(name, version, propertiesSchema(version));
}

/** Of a document in any of the versions: what `properties` may hold follows its `version`. */
export function anyVersionSchema(name: string, versions: readonly string[]): JsonObject {
  const { properties, ...rest } = documentOutside(name, versions);
  return {
    $schema: jsonSchemaDialect,
    title: name,
    description: 'What a failure of a node is, and what brings it back.',
    ...rest,
    properties: { ...properties, properties: { type: 'object' } },
    allOf: versions.map((version) => ({
      if: { properties: { version: versionSchema([version]) }, required: ['version'] },
      then: { properties: { properties: propertiesSchema(version) } },
    })),
  };
}

function propertiesSchema(version: string): JsonObject {
  const schema = withAlias(toJsonSchema(healthPolicyFields, version)) as JsonObject;
  if (isInVersion(version, '1.3')) return strict(schema);
  return changed(schema, ['properties', 'detection'], (detection) => ({
    anyOf: [detection, singleMode(detection)],
  }));
}

/** The schema with one part of it replaced. */
function changed(
  schema: JsonObject,
  [key = '', ...rest]: readonly string[],
  change: (part: JsonObject) => JsonObject,
): JsonObject {
  const part = schema[key] as JsonObject;
  return { ...schema, [key]: rest.length === 0 ? change(part) : changed(part, rest, change) };
}

/** What 1.3 wants and the earlier versions, whose fields these are too, do not. */
function strict(schema: JsonObject): JsonObject {
  const recovery = ['properties', 'recovery'];
  const actions = [...recovery, 'properties', 'actions'];
  const action = [...actions, 'items'];
  const hooks = [
    ...['before', 'after'].map((key) => [...action, 'properties', key]),
    ...['on_success', 'on_exhausted'].map((key) => [...recovery, 'properties', key]),
  ];
  const changes: [string[], (part: JsonObject) => JsonObject][] = [
    [['properties', 'detection'], (part) => ({ ...part, required: ['detection_modes'] })],
    [['properties', 'detection', 'properties', 'detection_modes'], notEmpty],
    [recovery, (part) => ({ ...part, required: ['actions'] })],
    [actions, notEmpty],
    [
      action,
      (part) => ({ ...part, allOf: [ifNamed('WORKFLOW', workflowStep), ifNamed('RECREATE', recreateStep)] }),
    ],
    ...hooks.map((hook): [string[], (part: JsonObject) => JsonObject] => [
      [...hook, 'items', 'properties', 'params'],
      () => workflowParams,
    ]),
  ];
  return changes.reduce((before, [path, change]) => changed(before, path, change), schema);
}

function notEmpty(list: JsonObject): JsonObject {
  return { ...list, minItems: 1 };
}

function ifNamed(name: string, then: JsonObject): JsonObject {
  return { if: { properties: { name: { const: name } }, required: ['name'] }, then };
}

const workflowParams: JsonObject = {
  type: 'object',
  required: ['workflow_name'],
  additionalProperties: false,
  properties: {
    workflow_name: { type: 'string', minLength: 1, description: 'Name of the workflow.' },
    inputs: {
      type: 'object',
      description:
        'Inputs of the workflow; texts may hold expressions, <% $.node.name %> or {{ _.node.name }}.',
      properties: {
        definition: {
          type: 'string',
          description: 'A workflow document, from which the workflow is made where it does not exist.',
        },
      },
    },
  },
};

const workflowStep: JsonObject = { required: ['params'], properties: { params: workflowParams } };
const recreateStep: JsonObject = { properties: { params: toJsonSchema(recreateParams, '1.3') } };

/** The old name of LIFECYCLE_EVENTS (published-forms.ts). */
function withAlias(value: Json): Json {
  if (Array.isArray(value)) {
    return value.includes('LIFECYCLE_EVENTS') ? [...value, 'VM_LIFECYCLE_EVENTS'] : value.map(withAlias);
  }
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withAlias(each)]));
}

/** The published form of one mode, with the interval among its options (published-forms.ts). */
function singleMode(detection: JsonObject): JsonObject {
  const { detection_modes: modes, ...rest } = detection['properties'] as JsonObject;
  const { type, options } = ((modes as JsonObject)['items'] as JsonObject)['properties'] as Record<
    'type' | 'options',
    JsonObject
  >;
  const { interval, node_update_timeout } = rest as Record<string, JsonObject>;
  const optionKeys = { ...(options['properties'] as JsonObject), interval, node_update_timeout };
  return {
    type: 'object',
    required: ['type'],
    properties: { ...rest, type, options: { ...options, properties: optionKeys } as JsonObject },
    additionalProperties: false,
  };
}
