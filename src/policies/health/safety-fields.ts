/** The keys of senlin.policy.health under `safety`: limits that hold recoveries back. */
import { zoneOutageActions } from '../../domain/health-policy.ts';
import { closestWord } from '../../domain/did-you-mean.ts';
import { quoteValue } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { Field, Fields } from '../../domain/spec-schema.ts';
import { positiveSeconds } from './field-types.ts';

const rate = {
  type: 'String',
  pattern: {
    regex: /^[1-9]\d{0,5}\/([1-9]\d{0,4})?[smhd]$/,
    expected: 'a count of at least 1 and a time above 0, such as 3/1h, 10/30m or 1/d',
  },
} as const;

/** A share of the capacity, or a number of nodes: one alone does not say which. */
function hintForShare(found: Json): string | undefined {
  const [, number, sign] = /^(\d{1,9})\s*(%?)$/.exec(quoteValue(found).replaceAll('"', '')) ?? [];
  if (number === undefined) return undefined;
  if (sign === '%') return `write {percent: ${number}}`;
  return `of the capacity: {percent: ${number}}; so many nodes: {percent: 0, at_least: ${number}}`;
}

function share(description: string): Field {
  return {
    type: 'Map',
    description,
    expected: 'a map with percent, and at_least if wanted, such as {percent: 40, at_least: 1}',
    hint: hintForShare,
    fields: {
      percent: {
        type: 'Number',
        required: true,
        min: 0,
        max: 100,
        description: 'Of the desired capacity, rounded down.',
      },
      at_least: { type: 'Integer', min: 0, default: 1, description: 'The limit is never less than this.' },
    },
  };
}

export const safety: Fields = {
  max_unhealthy: share(
    'With more unhealthy nodes than this nothing is started: it is probably not the nodes.',
  ),
  max_in_flight: share('Recoveries that run at once.'),
  rate_limit: {
    type: 'Map',
    description: 'Recoveries that are started in a time.',
    hint: (found) =>
      typeof found === 'string' && rate.pattern.regex.test(found)
        ? `write {cluster: ${found}} or {node: ${found}}`
        : undefined,
    fields: {
      node: { ...rate, description: 'Of one node.' },
      cluster: { ...rate, description: 'Of the whole cluster.' },
    },
  },
  stopped_by_user: {
    type: 'String',
    default: 'RECOVER',
    allowed: ['RECOVER', 'HOLD'],
    description:
      'What is done about a server that a user has stopped, paused, suspended or shelved in Nova, and not by way of Coppice. RECOVER: as about any other. HOLD: its recovery waits until it runs again, or an operator asks for it.',
  },
  breaker: {
    type: 'Map',
    description: 'Stops all recoveries for a while after too many that did not help.',
    hint: (found) => (found === null ? undefined : 'write {} for the defaults, or leave the key out'),
    fields: {
      failures: { type: 'Integer', min: 1, default: 5, description: 'Failed recoveries that open it.' },
      window: { ...positiveSeconds, default: 1800, description: 'Seconds in which they are counted.' },
      open: { ...positiveSeconds, default: 900, description: 'Seconds before one recovery is tried again.' },
    },
  },
  zone_outage: {
    type: 'Map',
    description:
      'What is done when most nodes of one zone, host or label fail at once; the action alone will do.',
    shortFor: 'action',
    expected: 'HOLD, REPLACE_ELSEWHERE, or a map with action, domain, label, percent, at_least and within',
    hint: (found) => (found === null ? undefined : 'write zone_outage: HOLD'),
    fields: {
      action: {
        type: 'String',
        required: true,
        allowed: zoneOutageActions,
        description:
          'HOLD: recoveries of its nodes wait until enough of them are healthy again, or an operator releases it. REPLACE_ELSEWHERE: they are recreated in another zone.',
      },
      domain: {
        type: 'String',
        default: 'ZONE',
        allowed: ['ZONE', 'HOST', 'LABEL'],
        hint: (found) =>
          typeof found === 'string' && closestWord(found, ['ZONE', 'HOST', 'LABEL']) === undefined
            ? `for domains of your own: domain: LABEL, and label: the key of the metadata that holds them`
            : undefined,
        description: 'What nodes fail with: their availability zone, their host, or a label.',
      },
      label: {
        type: 'String',
        maxLength: 255,
        description: 'Key of the metadata of nodes whose values are the domains; with domain: LABEL.',
      },
      percent: {
        type: 'Number',
        min: 1,
        max: 100,
        default: 60,
        description: 'Of the nodes of one domain; so many failed ones are an outage.',
      },
      at_least: { type: 'Integer', min: 2, default: 2, description: 'Fewer failed nodes are no outage.' },
      within: {
        ...positiveSeconds,
        description: 'Seconds in which they fail. Absent: 2 intervals, at least 120.',
      },
    },
  },
};
