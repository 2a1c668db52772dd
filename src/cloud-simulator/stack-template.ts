/** Templates of stacks: checked as Heat checks them, and evaluated as far as the simulator needs it. Pure. */
import { parse } from 'yaml';
import type { Json, JsonObject } from '../domain/json.ts';
import { isJsonObject } from '../domain/json.ts';
import { SimulatorError } from './api-error.ts';

export interface StackTemplate {
  readonly source: JsonObject;
  readonly description: string;
  readonly parameters: Readonly<Record<string, JsonObject>>;
  /** In an order in which each comes behind those that it needs. */
  readonly resources: readonly ResourceDefinition[];
  readonly outputs: Readonly<Record<string, JsonObject>>;
}

export interface ResourceDefinition {
  readonly name: string;
  readonly type: string;
  readonly properties: JsonObject;
  /** The resources that it needs. */
  readonly needs: readonly string[];
}

/** Namespaces of resource types that a cloud may have; what a stack takes of them has no effect. */
const knownTypes =
  /^(AWS|OS::(Aodh|Barbican|Blazar|Cinder|Designate|Glance|Heat|Ironic|Keystone|Magnum|Manila|Mistral|Neutron|Nova|Octavia|Senlin|Swift|Trove|Zaqar|Zun))::/;

/** @throws SimulatorError 400 as Heat refuses. */
export function readStackTemplate(given: Json | undefined, environment: JsonObject = {}): StackTemplate {
  const source = objectOf(given);
  if (source['heat_template_version'] === undefined && source['AWSTemplateFormatVersion'] === undefined)
    throw new SimulatorError(
      400,
      'The template version is invalid: Template version was not provided',
      'InvalidTemplateVersion',
    );
  const registry = part(environment, 'resource_registry');
  const definitions = Object.entries(members(part(source, 'resources')));
  const names = new Set(definitions.map(([name]) => name));
  const resources = definitions.map(([name, { type, properties, depends_on: dependsOn }]) => {
    if (typeof type !== 'string' || !(knownTypes.test(type) || registry[type] !== undefined))
      throw new SimulatorError(
        400,
        `The Resource Type (${typeof type === 'string' ? type : ''}) could not be found.`,
        'StackValidationFailed',
      );
    const needs = [...references(properties ?? null), ...[dependsOn ?? []].flat()];
    return {
      name,
      type,
      properties: isJsonObject(properties) ? properties : {},
      needs: needs.filter((one) => typeof one === 'string' && names.has(one)) as string[],
    };
  });
  const { description } = source;
  return {
    source,
    description: typeof description === 'string' ? description : 'No description',
    parameters: members(part(source, 'parameters')),
    resources: inOrder(resources),
    outputs: members(part(source, 'outputs')),
  };
}

function objectOf(given: Json | undefined): JsonObject {
  if (isJsonObject(given)) return given;
  if (typeof given !== 'string' || given === '')
    throw new SimulatorError(400, 'No template specified', 'HTTPBadRequest');
  try {
    const parsed = parse(given) as Json;
    if (isJsonObject(parsed)) return parsed;
  } catch (error) {
    throw malformed((error as Error).message);
  }
  throw malformed('The template is not a JSON object or YAML mapping.');
}

function malformed(why: string): SimulatorError {
  return new SimulatorError(400, `Template not in valid format: ${why}`, 'HTTPBadRequest');
}

/**
 * The values of a template's parameters: as given, else their defaults.
 * @throws SimulatorError 400 for one that is not in the template, or has no value.
 */
export function parameterValues(
  { parameters }: StackTemplate,
  given: JsonObject,
  environment: JsonObject,
): JsonObject {
  const defaults = part(environment, 'parameter_defaults');
  const values: JsonObject = { ...part(environment, 'parameters'), ...given };
  for (const name of Object.keys(values))
    if (parameters[name] === undefined)
      throw new SimulatorError(
        400,
        `The Parameter (${name}) was not defined in template.`,
        'UnknownUserParameter',
      );
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { default: standard }]) => {
      const value = values[name] ?? defaults[name] ?? standard;
      if (value === undefined)
        throw new SimulatorError(400, `The Parameter (${name}) was not provided.`, 'UserParameterMissing');
      return [name, value];
    }),
  );
}

export interface TemplateContext {
  readonly parameters: JsonObject;
  /** The physical id of a resource, and what an attribute of it is. */
  readonly idOf: (resource: string) => Json;
  readonly attributeOf: (resource: string, attribute: string) => Json;
}

/** A value with get_param, get_resource, get_attr, list_join and str_replace carried out; others stay. */
export function resolveFunctions(value: Json, surroundings: TemplateContext): Json {
  const inner = (item: Json): Json => resolveFunctions(item, surroundings);
  if (Array.isArray(value)) return value.map((item: Json) => inner(item));
  if (!isJsonObject(value)) return value;
  const [key, argument] = Object.entries(value)[0] ?? ['', null];
  if (Object.keys(value).length === 1)
    switch (key) {
      case 'get_param':
        return follow(
          surroundings.parameters[textOf([argument].flat()[0])] ?? null,
          [argument].flat().slice(1),
        );
      case 'get_resource':
        return surroundings.idOf(textOf(argument));
      case 'get_attr': {
        const [resource, attribute, ...path] = [argument].flat();
        return follow(surroundings.attributeOf(textOf(resource), textOf(attribute)), path);
      }
      case 'list_join': {
        const [separator, ...lists] = [inner(argument)].flat(1);
        return lists.flat().map(textOf).join(textOf(separator));
      }
      case 'str_replace': {
        const { template, params } = inner(argument) as JsonObject;
        return Object.entries(isJsonObject(params) ? params : {}).reduce(
          (text, [name, item]) => text.replaceAll(name, textOf(item)),
          textOf(template),
        );
      }
      default:
        break;
    }
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, inner(item)]));
}

function follow(value: Json, path: readonly Json[]): Json {
  return path.reduce<Json>((found, step) => {
    if (Array.isArray(found)) return (found as Json[])[Number(step)] ?? null;
    return isJsonObject(found) ? (found[textOf(step)] ?? null) : null;
  }, value);
}

/** The resources that a value names. */
function references(value: Json): readonly Json[] {
  if (Array.isArray(value)) return value.flatMap((item: Json) => references(item));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    key === 'get_resource' || key === 'get_attr' ? [[item].flat()[0] ?? null] : references(item),
  );
}

function inOrder(resources: readonly ResourceDefinition[]): readonly ResourceDefinition[] {
  const ordered = new Set<ResourceDefinition>();
  const visit = (resource: ResourceDefinition, above: readonly ResourceDefinition[]): void => {
    if (above.includes(resource))
      throw new SimulatorError(
        400,
        `Circular Dependency Found: ${resource.name}`,
        'CircularDependencyException',
      );
    for (const name of resource.needs) {
      const needed = resources.find((one) => one.name === name);
      if (needed !== undefined && !ordered.has(needed)) visit(needed, [...above, resource]);
    }
    ordered.add(resource);
  };
  for (const resource of resources) visit(resource, []);
  return [...ordered];
}

export function part(object: JsonObject, name: string): JsonObject {
  const value = object[name];
  return isJsonObject(value) ? value : {};
}

function members(object: JsonObject): Record<string, JsonObject> {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [name, isJsonObject(value) ? value : {}]),
  );
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
