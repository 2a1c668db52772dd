/**
 * The lifecycle hook of a node that is to go (`hooks` of a deletion policy): a server of the user gets a
 * message with the id of the action, and the action waits until that is sent back
 * (`complete_lifecycle` on the cluster), or the time of the hook is over.
 *
 *     message --delivered--> WAITING_LIFECYCLE_COMPLETION --complete_lifecycle, or time over--> the node goes
 *             --not delivered--> the action fails, and the node stays
 */
import { setTimeout as delay } from 'node:timers/promises';
import { CoppiceError } from '../../domain/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import { hookNotNotified, lifecycleSignal } from '../../domain/lifecycle-signal.ts';
import { sealedText } from '../../domain/sealed.ts';
import type { ActionContext } from '../../engine/action-context.ts';
import { post } from '../../notify/post.ts';
import type { HttpClient } from '../../outbound/http-client.ts';
import { remedyFor } from '../../secrets/spec-secrets.ts';
import { getNode } from '../../store/nodes.ts';
import type { ActionServices, SendLifecycleMessage } from '../services.ts';

const ATTEMPTS = 3;
const TIMEOUT_MS = 10_000;
const PAUSE_MS = 2000;

export function lifecycleMessages(http: HttpClient): SendLifecycleMessage {
  return async (url, message, signal) => {
    const request = {
      url: new URL(url),
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(message),
      timeoutMs: TIMEOUT_MS,
    };
    for (let attempt = 1; ; attempt += 1) {
      const posted = await post(request, http, signal);
      if (posted.result === 'delivered') return;
      if (posted.result === 'refused' || attempt === ATTEMPTS) {
        const sentence = `The ${hookNotNotified}, and the node stays: ${posted.reason}.`;
        throw new CoppiceError('operation-failed', sentence);
      }
      await delay(PAUSE_MS, undefined, { signal });
    }
  };
}

/**
 * Returns when the node may go. A node that does not run has nothing to be drained: nothing is sent.
 * @throws CoppiceError where the message is not delivered.
 */
export async function awaitLifecycleHook(context: ActionContext, services: ActionServices): Promise<void> {
  const hook = hookOf(context.inputs);
  if (hook === null) return;
  const { id, target, clusterId } = context.action;
  const isSent = await context.step('lifecycle hook', async ({ signal }) => {
    const node = await getNode(services.store.db, target);
    if (node?.status !== 'ACTIVE' || node.physicalId === null) return false;
    const message = {
      lifecycle_action_token: id,
      lifecycle_transition_type: 'termination',
      node_id: target,
      resource_id: node.physicalId,
    };
    const { sendLifecycleMessage: send } = services;
    if (send === undefined) throw new CoppiceError('internal', 'This process has no lifecycle hooks.');
    await send(urlOf(hook, services), message, signal);
    return true;
  });
  if (!isSent) return;
  await context.waitFor('lifecycle', lifecycleSignal(id), hook.timeoutMs, {
    status: 'WAITING_LIFECYCLE_COMPLETION',
    reason: `Waiting for the lifecycle hook, ${hook.timeoutMs / 1000} s at most, or: coppice cluster complete-lifecycle ${clusterId ?? ''} ${id}`,
  });
}

interface NotifiedHook {
  /** As the policy has it: encrypted, or a text where it was written before that. */
  readonly url: Json;
  readonly timeoutMs: number;
}

function hookOf({ lifecycle_hook: hook }: JsonObject): NotifiedHook | null {
  if (!isJsonObject(hook)) return null;
  const { url = null, timeout } = hook;
  return { url, timeoutMs: Number(timeout) * 1000 };
}

/** @throws CoppiceError `operation-impossible`: its key is not here. */
function urlOf({ url }: NotifiedHook, { store: { secrets } }: ActionServices): string {
  const text = sealedText(url);
  const opened = text === null ? { ok: true as const, value: url } : secrets.open(text);
  if (opened.ok) return opened.value as string;
  throw new CoppiceError(
    'operation-impossible',
    `The ${hookNotNotified}, and the node stays: its URL ${opened.problem}. ${remedyFor('policy')}.`,
  );
}
