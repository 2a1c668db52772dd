/** The keys of senlin.policy.health under `detection`. */
import type { Json } from '../../domain/json.ts';
import type { Field, Fields } from '../../domain/spec-schema.ts';
import { since, positiveSeconds } from './field-types.ts';

/** Senlin takes the options of a URL beside every mode; only these mean something. */
const modeOptions: Readonly<Record<string, readonly string[]>> = {
  NODE_STATUS_POLL_URL: [
    'poll_url',
    'poll_url_ssl_verify',
    'poll_url_conn_error_as_unhealthy',
    'poll_url_healthy_response',
    'poll_url_retry_limit',
    'poll_url_retry_interval',
    'poll_url_timeout',
  ],
  LB_STATUS_POLLING: ['pool'],
  NODE_STATUS_POLLING: [],
  HYPERVISOR_STATUS_POLLING: [],
  LIFECYCLE_EVENTS: [],
};

/** @returns undefined for a mode that is not known. */
export function optionsOfMode(type: Json | undefined): readonly string[] | undefined {
  return typeof type === 'string' && Object.hasOwn(modeOptions, type) ? modeOptions[type] : undefined;
}

const detectionModes: Field = {
  type: 'List',
  description: 'How failures are detected.',
  items: {
    type: 'Map',
    description: 'One way to detect a failure.',
    fields: {
      type: {
        type: 'String',
        description: 'Kind of detection.',
        required: true,
        allowed: [
          'LIFECYCLE_EVENTS',
          'NODE_STATUS_POLLING',
          'NODE_STATUS_POLL_URL',
          'HYPERVISOR_STATUS_POLLING',
          { word: 'LB_STATUS_POLLING', since },
        ],
      },
      options: {
        type: 'Map',
        default: {},
        keysBeside: ({ type }) => optionsOfMode(type),
        fields: {
          poll_url: {
            type: 'String',
            maxLength: 2000,
            default: '',
            description: 'URL to request; {nodename} and other placeholders are filled in for each node.',
          },
          poll_url_ssl_verify: {
            type: 'Boolean',
            default: true,
            description: 'Whether the certificate of the URL is verified.',
          },
          poll_url_conn_error_as_unhealthy: {
            type: 'Boolean',
            default: true,
            description: 'Whether a node whose URL cannot be reached is unhealthy.',
          },
          poll_url_healthy_response: {
            type: 'String',
            default: '',
            description:
              'Pattern (RE2 syntax) that the first 64 KiB of the body of a healthy answer contain.',
          },
          poll_url_retry_limit: {
            type: 'Integer',
            default: 3,
            min: 0,
            max: 100,
            description: 'How often it is tried again after an unhealthy answer, or none.',
          },
          poll_url_retry_interval: {
            type: 'Integer',
            default: 3,
            min: 0,
            description: 'Seconds between two of these tries.',
          },
          poll_url_timeout: {
            ...positiveSeconds,
            since,
            max: 3600,
            description:
              'Seconds for one try, from the lookup of the name to the last byte. Absent: a tenth of poll_url_retry_interval, at least 1.',
          },
          pool: {
            type: 'String',
            since,
            description: 'Id of the Octavia pool whose members LB_STATUS_POLLING reads.',
          },
        },
      },
    },
  },
};

export const detection: Fields = {
  interval: { type: 'Integer', default: 60, min: 1, description: 'Seconds between two rounds of detection.' },
  node_update_timeout: {
    type: 'Integer',
    default: 300,
    min: 0,
    description: 'Seconds after a node was created or updated in which a failure does not count yet.',
  },
  recovery_conditional: {
    type: 'String',
    default: 'ANY_FAILED',
    allowed: ['ALL_FAILED', 'ANY_FAILED'],
    description: 'Whether all detection modes have to fail before a node has failed, or any one.',
  },
  failure_threshold: {
    type: 'Integer',
    since,
    default: 1,
    min: 1,
    max: 1000,
    description: 'Failed rounds in a row before a node counts as failed.',
  },
  success_threshold: {
    type: 'Integer',
    since,
    default: 1,
    min: 1,
    max: 1000,
    description: 'Good rounds in a row before a failed node counts as healthy again.',
  },
  detection_modes: detectionModes,
};
