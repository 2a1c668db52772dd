/**
 * Reads a notification of oslo.messaging, in both forms: with its envelope (the message is JSON in a text)
 * and without one; and both of Nova's formats. Pure. What it holds is never repeated in an error: the
 * context of the request is in it, with its token.
 */
import { isJsonObject, type JsonObject } from '../../domain/json.ts';
import { COMPUTE_SERVICE, isEndOfStackAction, meaningOfServerEvent, SERVICE_UPDATE } from './event-table.ts';

/** What may be different from now on; how it is, the message is not asked for. */
export type CloudEvent =
  | { readonly kind: 'SERVER'; readonly id: string }
  | { readonly kind: 'STACK'; readonly id: string }
  | { readonly kind: 'COMPUTE_HOST'; readonly name: string };

/** IGNORED: it says nothing that a probe could see. MALFORMED: it is no notification that can be read. */
export type ReadNotification = CloudEvent | 'IGNORED' | 'MALFORMED';

/** Most messages of a cloud are ignored: their type is found without a parse of all that they hold. */
const eventTypeText = /"event_type": ?"([\w.-]+)"/;

/** @param body as it came, of a message whose content type is JSON. */
export function readNotification(body: Buffer | string | JsonObject): ReadNotification {
  const outer = Buffer.isBuffer(body) || typeof body === 'string' ? parsed(String(body)) : body;
  if (outer === undefined) return 'MALFORMED';
  const inner = outer['oslo.message'];
  if (typeof inner !== 'string') return ofMessage(isJsonObject(inner) ? inner : outer);
  const type = eventTypeText.exec(inner)?.[1];
  if (type !== undefined && !mayMatter(type)) return 'IGNORED';
  const message = parsed(inner);
  return message === undefined ? 'MALFORMED' : ofMessage(message);
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const serverEvent = /^(?:compute\.)?instance\.(.+)$/;
const stackEvent = /^orchestration\.stack\.(.+)$/;

function mayMatter(type: string): boolean {
  const server = serverEvent.exec(type)?.[1];
  if (server !== undefined) return meaningOfServerEvent(server) !== 'NOTHING';
  return type === SERVICE_UPDATE || isEndOfStackAction(stackEvent.exec(type)?.[1] ?? '');
}

function ofMessage({ event_type: type, payload }: JsonObject): ReadNotification {
  if (typeof type !== 'string') return 'MALFORMED';
  if (!mayMatter(type)) return 'IGNORED';
  const fields = versionedData(payload);
  if (fields === undefined) return 'MALFORMED';
  const server = serverEvent.exec(type)?.[1];
  if (server !== undefined) return ofServer(server, fields);
  return type === SERVICE_UPDATE ? ofService(fields) : ofStack(fields);
}

function ofServer(name: string, fields: JsonObject): ReadNotification {
  if (meaningOfServerEvent(name) === 'WITH_STATE' && !hasNewState(fields)) return 'IGNORED';
  // `instance_id` in the old format, `uuid` in the versioned one.
  const id = fields['instance_id'] ?? fields['uuid'];
  return typeof id === 'string' && id !== '' ? { kind: 'SERVER', id } : 'MALFORMED';
}

/** A change of a task alone (`powering-off`) leaves the server as it is until the action ends. */
function hasNewState(fields: JsonObject): boolean {
  const update = versionedData(fields['state_update']) ?? fields;
  return typeof update['state'] === 'string' && update['old_state'] !== update['state'];
}

function ofService({ binary, host }: JsonObject): ReadNotification {
  if (typeof binary !== 'string' || typeof host !== 'string') return 'MALFORMED';
  return binary === COMPUTE_SERVICE ? { kind: 'COMPUTE_HOST', name: host } : 'IGNORED';
}

/** An id; the Heat of long ago wrote `arn:openstack:heat::PROJECT:stacks/NAME/ID`. */
function ofStack({ stack_identity: identity }: JsonObject): ReadNotification {
  const id = typeof identity === 'string' ? identity.split('/').at(-1) : undefined;
  return id === undefined || id === '' ? 'MALFORMED' : { kind: 'STACK', id };
}

/** A versioned object wraps what it holds. */
function versionedData(value: unknown): JsonObject | undefined {
  if (!isJsonObject(value)) return undefined;
  const data = value['nova_object.data'];
  return isJsonObject(data) ? data : value;
}
