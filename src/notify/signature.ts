/**
 * The signature of a notification, as Standard Webhooks (standardwebhooks.com) has it: HMAC-SHA256 over id,
 * time and body, so that neither a changed body nor an old request under a new time is taken for ours, and
 * libraries for checking it exist.
 */
import { createHmac } from 'node:crypto';

/** @param timestamp seconds since 1970, of this attempt. */
export function signedHeaders(
  key: Buffer,
  id: string,
  timestamp: number,
  body: string,
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  const digest = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${digest}`,
  };
}
