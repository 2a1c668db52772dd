/**
 * Colours and weights, or plain text where there are none. A word's colour is its state: good, under way,
 * bad.
 */
import { styleText } from 'node:util';

export type Tone = 'good' | 'busy' | 'bad' | 'strong' | 'quiet' | 'plain';

const formats = {
  good: 'green',
  busy: 'yellow',
  bad: 'red',
  strong: 'bold',
  quiet: 'dim',
  plain: [],
} as const satisfies Record<Tone, string | readonly string[]>;

export type Style = (tone: Tone, text: string) => string;

export function styleFor(colours: boolean): Style {
  if (!colours) return (_tone, text) => text;
  return (tone, text) =>
    tone === 'plain' ? text : styleText(formats[tone], text, { validateStream: false });
}

const goodWords = new Set([
  'ACTIVE',
  'SUCCEEDED',
  'SUCCESS',
  'RECOVERED',
  'SELF_HEALED',
  'HEALTHY',
  'healthy',
  'true',
]);
const badWords = new Set([
  'ERROR',
  'FAILED',
  'EXHAUSTED',
  'CRITICAL',
  'UNHEALTHY',
  'unhealthy',
  'CANCELLED',
  'QUARANTINED',
  'INCOMPLETE',
]);
const quietWords = new Set([
  'SKIPPED',
  'PENDING',
  'INIT',
  'IDLE',
  'UNWATCHED',
  'NOT_PROBED',
  'EXCLUDED',
  'false',
  '-',
  '',
]);

/** The tone of a status word of any kind of object; what is neither good nor bad nor idle is under way. */
export function toneOf(status: string): Tone {
  if (goodWords.has(status)) return 'good';
  if (badWords.has(status)) return 'bad';
  return quietWords.has(status) ? 'quiet' : 'busy';
}
