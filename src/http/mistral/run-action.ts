/** An action by itself, without a workflow: `openstack action execution run std.echo '{"output": 1}'`. */
import type { JsonObject } from '../../domain/json.ts';
import {
  badRequest,
  dictionary,
  textField,
  type MistralAnswer,
  type MistralRequest,
} from './mistral-route.ts';
import { actionExecutionShape } from './shapes.ts';

/** @throws CoppiceError */
export async function runAction({ json, options, caller }: MistralRequest): Promise<MistralAnswer> {
  const name = textField(json, 'name') ?? '';
  if (name === '') throw badRequest('Please provide at least action name to run action.');
  const setting = {
    namespace: textField(json, 'workflow_namespace') ?? '',
    project: caller.project,
    description: textField(json, 'description') ?? '',
  };
  const asked = { ...setting, ...wishesIn(json), name, input: dictionary(json, 'input') ?? {} };
  const action = await options.workflows.runner.standalone.run(asked);
  return {
    status: 201,
    body: actionExecutionShape(action, { ...setting, workflow: null, task: null }, true),
  };
}

/** `target` names an executor; there is one only. */
const known = ['save_result', 'run_sync', 'target'];

function wishesIn(json: JsonObject): { readonly isKept: boolean; readonly mustEnd: boolean } {
  const params = dictionary(json, 'params') ?? {};
  const unknown = Object.keys(params).find((param) => !known.includes(param));
  if (unknown !== undefined)
    throw badRequest(`params: expected some of ${known.join(', ')}, found ${unknown}`);
  return { isKept: params['save_result'] === true, mustEnd: params['run_sync'] === true };
}
