/**
 * Forms of a health policy that Senlin's documentation and examples published and that its last schema no
 * longer names. They are rewritten to the present form before the check: `detection: {type, options}` with
 * the interval among the options (1.0 until the Rocky release, still in the text for 1.1), and the name
 * VM_LIFECYCLE_EVENTS.
 */
import { isJsonObject } from '../../domain/json.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { isInVersion } from '../../domain/spec-schema.ts';

export function rewritePublishedForms(properties: Json | undefined, version: string): Json | undefined {
  if (!isJsonObject(properties) || !isJsonObject(properties['detection'])) return properties;
  const single = !isInVersion(version, '1.3') && properties['detection']['detection_modes'] === undefined;
  const detection = single ? fromSingleMode(properties['detection']) : properties['detection'];
  return { ...properties, detection: withoutAlias(detection) };
}

function fromSingleMode(detection: JsonObject): JsonObject {
  const { type, options, ...rest } = detection;
  if (type === undefined || (options !== undefined && !isJsonObject(options))) return detection;
  const { interval, node_update_timeout, ...modeOptions } = options ?? {};
  return {
    ...(interval === undefined ? {} : { interval }),
    ...(node_update_timeout === undefined ? {} : { node_update_timeout }),
    ...rest,
    detection_modes: [{ type, options: modeOptions }],
  };
}

function withoutAlias(detection: JsonObject): JsonObject {
  const modes = detection['detection_modes'];
  if (!Array.isArray(modes)) return detection;
  const renamed = modes.map((mode: Json) =>
    isJsonObject(mode) && mode['type'] === 'VM_LIFECYCLE_EVENTS'
      ? { ...mode, type: 'LIFECYCLE_EVENTS' }
      : mode,
  );
  return { ...detection, detection_modes: renamed };
}
