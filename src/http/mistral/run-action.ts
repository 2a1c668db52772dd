/** A built-in action by itself, without a workflow: `mistral run-action std.echo '{"output": 1}'`. Nothing of it is kept. */
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../domain/json.ts';
import { isDecided, type ActionOutcome, type ActionType } from '../../workflow/actions/action-type.ts';
import {
  badRequest,
  dictionary,
  notFound,
  refuseUnknownFields,
  textField,
  type MistralAnswer,
  type MistralRequest,
} from './mistral-route.ts';
import { timeText } from './shapes.ts';

const fields = ['name', 'workflow_namespace', 'input', 'description', 'params'];
/** As long as a client waits for an answer. */
const longestRunMs = 60_000;

/** @throws CoppiceError */
export async function runAction(request: MistralRequest): Promise<MistralAnswer> {
  const { json, options } = request;
  refuseUnknownFields(json, fields, 'action_ex');
  const name = textField(json, 'name');
  if (name === undefined || name === '')
    throw badRequest('Please provide at least action name to run action.');
  const action = options.workflows.registry.find(name);
  if (action === undefined)
    throw notFound(
      `Failed to find action [action_name=${name}]. Only built-in actions can be run by themselves.`,
    );
  const input = dictionary(json, 'input') ?? {};
  checkInput(action, input);
  const startedAt = options.now();
  const id = randomUUID();
  const outcome = await run(action, { id, input });
  const shape = {
    id,
    name,
    description: textField(json, 'description') ?? '',
    state: outcome.state,
    accepted: true,
    input: JSON.stringify(input),
    output: JSON.stringify({ result: outcome.result }),
    created_at: timeText(startedAt),
    updated_at: timeText(options.now()),
  };
  return { status: 201, body: shape };
}

function checkInput(action: ActionType, input: JsonObject): void {
  const { name, parameters } = action;
  if (parameters === undefined) return;
  const missing = parameters.find((parameter) => parameter.required && input[parameter.name] === undefined);
  const unknown = Object.keys(input).find((key) => !parameters.some((parameter) => parameter.name === key));
  if (missing !== undefined) throw badRequest(`Invalid input [name=${name}, missing=['${missing.name}']]`);
  if (unknown !== undefined) throw badRequest(`Invalid input [name=${name}, unexpected=['${unknown}']]`);
}

type Ended = Extract<ActionOutcome, { kind: 'ended' }>;

async function run(action: ActionType, given: { id: string; input: JsonObject }): Promise<Ended> {
  const call = { ...given, workflowName: '', executionId: '', taskId: '' };
  const outcome = isDecided(action)
    ? action.decide(call)
    : await action.perform(call, AbortSignal.timeout(longestRunMs));
  if (outcome.kind === 'ended') return outcome;
  if (outcome.kind === 'later')
    throw badRequest(`${action.name} is completed from outside: it needs a workflow.`);
  if (outcome.seconds * 1000 > longestRunMs)
    throw badRequest(`an action that takes more than ${longestRunMs / 1000} seconds needs a workflow`);
  await new Promise((resolve) => setTimeout(resolve, outcome.seconds * 1000));
  return { kind: 'ended', ...outcome.ending };
}
