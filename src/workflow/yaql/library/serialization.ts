import { any, type FunctionDefinition, fn, text } from '../function.ts';
import { dumpJson, parseJson, parseYaml } from '../python/serialize.ts';
import { dumpYaml } from '../python/yaml-dump.ts';

const pretty = { indent: 4, sortKeys: false } as const;

/** The functions that Mistral adds for JSON and YAML. */
export const serialization: readonly FunctionDefinition[] = [
  fn('json_dump', [any('data')], (call, data) => dumpJson(data, pretty, call.meter)),
  fn('json_pp', [any('data')], (call, data) => dumpJson(data, pretty, call.meter)),
  fn('json_parse', [text('data')], (call, data) => parseJson(data, call.meter)),
  fn('yaml_dump', [any('data')], (call, data) => dumpYaml(data, call.meter)),
  fn('yaml_parse', [text('data')], (call, data) => parseYaml(data, call.meter)),
];
