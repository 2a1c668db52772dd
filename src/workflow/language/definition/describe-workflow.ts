/** A workflow's inputs and outputs as Mistral's API shows them. */
import { isJsonObject, type Json, type JsonObject } from '../../../domain/json.ts';
import { pythonText } from '../conductor/python-text.ts';
import type { InputSpec, WorkflowSpec } from './workflow-spec.ts';

/** `{input: ['node', {grace: 2}], output: ['verdict']}` */
export function interfaceOf(workflow: WorkflowSpec): JsonObject {
  const output = workflow.source['output'];
  const inputs = workflow.inputs.map((input): Json =>
    input.default === undefined ? input.name : { [input.name]: input.default },
  );
  return { input: inputs, output: isJsonObject(output) ? Object.keys(output) : [] };
}

/** `node, grace="2"` */
export function inputText(inputs: readonly InputSpec[]): string {
  return inputs
    .map((input) =>
      input.default === undefined ? input.name : `${input.name}="${pythonText(input.default)}"`,
    )
    .join(', ');
}
