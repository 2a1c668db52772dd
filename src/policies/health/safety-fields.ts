/** The keys of senlin.policy.health under `safety`: limits that hold recoveries back. */
import { zoneOutageActions } from '../../domain/health-policy.ts';
import type { Field, Fields } from '../../domain/spec-schema.ts';
import { positiveSeconds } from './field-types.ts';

const rate = {
  type: 'String',
  pattern: {
    regex: /^[1-9]\d{0,5}\/([1-9]\d{0,4})?[smhd]$/,
    expected: 'a count of at least 1 and a time above 0, such as 3/1h, 10/30m or 1/d',
  },
} as const;

function share(description: string): Field {
  return {
    type: 'Map',
    description,
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
    fields: {
      node: { ...rate, description: 'Of one node.' },
      cluster: { ...rate, description: 'Of the whole cluster.' },
    },
  },
  breaker: {
    type: 'Map',
    description: 'Stops all recoveries for a while after too many that did not help.',
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
