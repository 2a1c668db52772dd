/** `POST /servers/ID/action`, and what was done to a server. */
import type { JsonObject } from '../domain/json.ts';
import { isJsonObject } from '../domain/json.ts';
import { SimulatorError } from './api-error.ts';
import { contextOf, forAdmin, minorOf, ok, serverOf, type ComputeTools } from './compute-call.ts';
import { invalidInput } from './compute-create.ts';
import { describeInstanceAction, describeInstanceActionEvents, describeServer } from './compute-shapes.ts';
import {
  endpoint,
  textIn,
  type SimulatorAnswer,
  type SimulatorCall,
  type SimulatorEndpoint,
} from './endpoint.ts';
import { isUuid } from './network.ts';
import { transitions } from './server-states.ts';
import type { SimulatedServer } from './simulated-server.ts';
import type { World } from './world.ts';

export function actionEndpoints(tools: ComputeTools): SimulatorEndpoint[] {
  const { world } = tools;
  const path = '/v2.1/servers/:id/os-instance-actions';
  /** What was done to a server is known also when it is gone. */
  const found = (call: SimulatorCall): SimulatedServer => serverOf(call, world, 'known');
  return [
    endpoint(
      'POST /v2.1/servers/:id/action',
      {
        operation: ({ body }) => operationOf(Object.keys(body)[0] ?? 'action'),
        operations: [...Object.keys(transitions), ...otherActions].map(operationOf),
      },
      (call) => {
        const server = serverOf(call, world);
        const [[action, input] = ['', null], ...more] = Object.entries(call.body);
        if (action === '' || more.length > 0) throw new SimulatorError(400, 'Malformed request body');
        return answerAction(call, server, action, isJsonObject(input) ? input : {}, tools);
      },
      { target: 'id' },
    ),
    endpoint(`GET ${path}`, 'show', (call) => {
      const server = found(call);
      const { limit } = call.query;
      const shown = server.actions.slice(0, limit === undefined ? undefined : Number(limit));
      const last = shown.at(-1);
      const next = `${tools.computeUrl()}/v2.1/servers/${server.id}/os-instance-actions?limit=${limit}&marker=`;
      return ok({
        instanceActions: shown.map((record) => describeInstanceAction(server, record, minorOf(call))),
        ...(last !== undefined && shown.length === Number(limit)
          ? { links: [{ rel: 'next', href: next + last.requestId }] }
          : {}),
      });
    }),
    endpoint(`GET ${path}/:request`, 'show', (call) => {
      const server = found(call);
      const record = server.actions.find(({ requestId }) => requestId === call.params['request']);
      if (record === undefined) throw new SimulatorError(404, `Action ${call.params['request']} not found`);
      const events = describeInstanceActionEvents(server, record, contextOf(call, tools));
      return ok({ instanceAction: { ...describeInstanceAction(server, record, minorOf(call)), events } });
    }),
  ];
}

/** Those that `answerAction` carries out itself. */
const otherActions: readonly string[] = [
  'lock',
  'unlock',
  'os-resetState',
  'forceDelete',
  'os-getConsoleOutput',
  'createImage',
  'addSecurityGroup',
  'removeSecurityGroup',
];

function operationOf(action: string): string {
  return action.replace(/^os-/, '');
}

/** Of actions for administrators. */
const rules: Readonly<Record<string, string>> = {
  evacuate: 'os_compute_api:os-evacuate',
  migrate: 'os_compute_api:os-migrate-server:migrate',
  'os-migrateLive': 'os_compute_api:os-migrate-server:migrate_live',
  'os-resetState': 'os_compute_api:os-admin-actions:reset_state',
};

/** Those that change no state, or another object than the server; all others are transitions. */
function answerAction(
  call: SimulatorCall,
  server: SimulatedServer,
  action: string,
  input: JsonObject,
  { world, computeUrl }: ComputeTools,
): SimulatorAnswer {
  const { servers } = world;
  const rule = rules[action];
  if (rule !== undefined) forAdmin(call, rule);
  switch (action) {
    case 'lock':
    case 'unlock':
      server.isLocked = action === 'lock';
      server.lockedReason = textIn(input, 'locked_reason') ?? null;
      return { status: 202 };
    case 'os-resetState': {
      const isError = input['state'] !== 'active';
      servers.setState(server, isError ? 'error' : 'active', null);
      return { status: 202 };
    }
    case 'forceDelete':
      servers.delete(server, call.requestId, null);
      return { status: 202 };
    case 'os-getConsoleOutput':
      return ok({ output: `console of ${server.name}\n` });
    case 'createImage': {
      const image = world.addImage(textIn(input, 'name') ?? 'snapshot', {
        owner: server.projectId,
        snapshotOf: { id: server.id, imageId: server.imageId, userId: server.userId },
        isQueued: true,
      });
      servers.snapshot(server, call.requestId);
      return minorOf(call) >= 45
        ? { status: 202, body: { image_id: image.id } }
        : { status: 202, headers: { Location: `${imageUrl(computeUrl)}/images/${image.id}` } };
    }
    case 'addSecurityGroup':
    case 'removeSecurityGroup':
      changeSecurityGroup(server, action, textIn(input, 'name') ?? '', world);
      return { status: 202 };
    default:
      break;
  }
  checkInput(action, input, world);
  const { requestId, token } = call;
  const failure = call.fail?.message ?? null;
  servers.act(server, { action, input, requestId, userId: token.user.id, failure });
  if (action === 'rebuild')
    return {
      status: 202,
      headers: { Location: `${computeUrl()}/v2.1/servers/${server.id}` },
      body: {
        server: {
          ...describeServer(server, contextOf(call, { world, computeUrl })),
          adminPass: server.adminPass,
          ...(minorOf(call) >= 57 ? { user_data: null } : {}),
        },
      },
    };
  if (action === 'rescue' || (action === 'evacuate' && minorOf(call) < 14))
    return ok({ adminPass: server.adminPass });
  if (action === 'evacuate') return ok();
  return { status: action === 'confirmResize' ? 204 : 202 };
}

function imageUrl(computeUrl: () => string): string {
  return computeUrl().replace(/compute$/, 'image');
}

/** @throws SimulatorError 400, 404 */
function changeSecurityGroup(
  server: SimulatedServer,
  action: 'addSecurityGroup' | 'removeSecurityGroup',
  name: string,
  { network }: World,
): void {
  const group = network.findSecurityGroup(name, server.projectId);
  if (group === undefined)
    throw new SimulatorError(404, `Security group ${name} is not found for project ${server.projectId}`);
  const has = server.securityGroups.includes(name);
  if (action === 'addSecurityGroup' && has)
    throw new SimulatorError(
      400,
      `Invalid input for security_groups. Reason: Duplicate items in the list: '${group.id}'.`,
    );
  const others = server.securityGroups.filter((one) => one !== name);
  server.securityGroups = action === 'addSecurityGroup' ? [...others, name] : others;
}

const rebootTypes = ['HARD', 'Hard', 'hard', 'SOFT', 'Soft', 'soft'];

/** What Nova refuses before it looks at the state of the server. @throws SimulatorError 400 */
function checkInput(action: string, input: JsonObject, { flavors, images, settings }: World): void {
  if (transitions[action] === undefined) throw new SimulatorError(400, `There is no such action: ${action}`);
  const required = { reboot: 'type', rebuild: 'imageRef', resize: 'flavorRef' }[action];
  const value = required === undefined ? undefined : textIn(input, required);
  if (required === undefined) return;
  if (value === undefined)
    throw invalidInput(action, JSON.stringify(input), `'${required}' is a required property`);
  if (action === 'reboot' && !rebootTypes.includes(value))
    throw invalidInput('type', value, `'${value}' is not one of ['${rebootTypes.join("', '")}']`);
  if (!settings.strict) return;
  if (action === 'resize' && !flavors.has(value))
    throw new SimulatorError(400, `Flavor ${value} could not be found.`);
  if (action === 'rebuild' && (!isUuid(value) || !images.has(value)))
    throw new SimulatorError(400, 'Cannot find image for rebuild');
}
