/**
 * The keys of senlin.policy.health, all versions in one declaration (`since`: the first that knows the key).
 * Names, types and defaults of 1.0 to 1.2 are those of openstack/senlin senlin/policies/health_policy.py; 1.3
 * is Coppice's own, see docs/health-policy.md.
 */
import { operationActions, zoneOutageActions } from '../../domain/health-policy.ts';
import type { Field, Fields } from '../../domain/spec-schema.ts';

const since = '1.3';

/** Seconds that are for waiting; Senlin's own keys are whole seconds, ours may be parts of one. */
const seconds = { type: 'Number', min: 0 } as const;
const positiveSeconds = { type: 'Number', min: 0.001 } as const;

const rate = {
  type: 'String',
  pattern: {
    regex: /^[1-9]\d{0,5}\/([1-9]\d{0,4})?[smhd]$/,
    expected: 'a count of at least 1 and a time above 0, such as 3/1h, 10/30m or 1/d',
  },
} as const;

const stepId = {
  type: 'String',
  since,
  description: 'Name by which later steps read this one: $.steps.<id>.output.',
  pattern: {
    regex: /^[A-Za-z_][A-Za-z0-9_]{0,63}$/,
    expected: 'letters, digits and _, not beginning with a digit, so that an expression can name it',
  },
} as const satisfies Field;

const running: Fields = {
  timeout: {
    ...positiveSeconds,
    since,
    description: 'Seconds for one attempt: the action and its verification.',
  },
  attempts: {
    type: 'Integer',
    since,
    min: 1,
    max: 100,
    default: 1,
    description: 'How often it is tried in all.',
  },
  backoff: {
    type: 'Map',
    since,
    description: 'Wait between attempts.',
    fields: {
      delay: { ...seconds, default: 1, description: 'Seconds before the second attempt.' },
      factor: { type: 'Number', min: 1, max: 100, default: 2, description: 'Growth of the wait.' },
      max_delay: { ...seconds, default: 60, description: 'Seconds that the wait never exceeds.' },
    },
  },
};

const hook: Field = {
  type: 'Map',
  fields: {
    name: { type: 'String', required: true, allowed: ['WORKFLOW'], description: 'A hook runs a workflow.' },
    id: stepId,
    params: { type: 'Map', required: true, description: 'workflow_name, and its inputs.' },
    ...running,
  },
};

function hooks(description: string): Field {
  return { type: 'List', since, description, items: hook, default: [] };
}

/** `params` of RECREATE. */
export const recreateParams: Fields = {
  surge: {
    type: 'Boolean',
    since,
    default: false,
    description:
      'Makes and verifies the new node first, then removes the old one. Where the new one is not healthy, it is removed and the old one stays.',
  },
};

const action: Field = {
  type: 'Map',
  description: 'An action that may bring a node back.',
  fields: {
    name: {
      type: 'String',
      description: 'Name of the action.',
      required: true,
      allowed: [
        'REBOOT',
        'REBUILD',
        'RECREATE',
        { word: 'WORKFLOW', since },
        ...operationActions
          .filter((word) => word !== 'REBOOT' && word !== 'REBUILD')
          .map((word) => ({ word, since })),
      ],
    },
    params: { type: 'Map', description: 'Parameters of the action.' },
    id: stepId,
    ...running,
    before: hooks('Workflows that run first; one that fails, fails the action.'),
    after: hooks('Workflows that run after a success; one that fails is reported and undoes nothing.'),
    when: {
      type: 'Map',
      since,
      description: 'When the action applies; otherwise it is skipped.',
      fields: {
        failure: {
          type: 'List',
          required: true,
          minItems: 1,
          description: 'Classes of failure that the action is for.',
          items: {
            type: 'String',
            pattern: { regex: /^[A-Z][A-Z0-9_]*$/, expected: 'a failure class, such as SERVER_ERROR' },
          },
        },
      },
    },
    on_failure: {
      type: 'String',
      since,
      description: 'STOP ends the chain, NEXT continues, GOTO <id> continues at a later action.',
      pattern: { regex: /^(STOP|NEXT|GOTO [A-Za-z_][A-Za-z0-9_]*)$/, expected: 'STOP, NEXT or GOTO <id>' },
    },
  },
};

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

const detection: Fields = {
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

const recovery: Fields = {
  actions: { type: 'List', description: 'What brings a failed node back, in order.', items: action },
  fencing: {
    type: 'List',
    description: 'Services that are cut off before a node is replaced.',
    items: { type: 'String', required: true, allowed: ['COMPUTE'] },
  },
  node_delete_timeout: {
    type: 'Integer',
    default: 20,
    min: 0,
    description: 'Seconds that RECREATE waits for the old node to be gone.',
  },
  node_force_recreate: {
    type: 'Boolean',
    default: false,
    description: 'Whether RECREATE makes the new node even if the old one could not be deleted.',
  },
  strategy: {
    type: 'String',
    since,
    default: 'CHAIN',
    allowed: ['CHAIN', 'ESCALATE'],
    description:
      'CHAIN runs all actions and verifies at the end; ESCALATE verifies after each and stops at the first that helped.',
  },
  on_success: hooks('Workflows that run once the node is healthy again.'),
  on_exhausted: hooks('Workflows that run when nothing helped.'),
  retry: {
    type: 'Map',
    since,
    description:
      'How often a node is recovered again after nothing helped; then it is quarantined until an operator releases it.',
    fields: {
      episodes: {
        type: 'Integer',
        min: 1,
        max: 1000,
        default: 3,
        description: 'Failed recoveries before quarantine.',
      },
      window: { ...positiveSeconds, default: 86_400, description: 'Seconds in which they are counted.' },
      delay: { ...seconds, default: 60, description: 'Seconds before the next recovery.' },
    },
  },
  relapse: {
    ...seconds,
    since,
    description:
      'A failure this many seconds after a recovery means that the recovery did not help. 0: never. Absent: 10 intervals, at least 300.',
  },
  verify: {
    type: 'String',
    since,
    allowed: ['DETECTION', 'STATUS', 'NONE'],
    description:
      'How a recovery is verified: by the detection modes, by the status of the profile, or not at all.',
  },
  stabilize: { ...seconds, since, default: 0, description: 'Seconds to wait before verifying.' },
};

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

const safety: Fields = {
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

export const healthPolicyFields: Fields = {
  mode: {
    type: 'String',
    since,
    default: 'ENFORCE',
    allowed: ['ENFORCE', 'OBSERVE'],
    description: 'OBSERVE decides and records everything, and touches nothing.',
  },
  detection: {
    type: 'Map',
    required: true,
    description: 'How node failures are detected.',
    fields: detection,
  },
  recovery: {
    type: 'Map',
    required: true,
    description: 'How failed nodes are brought back.',
    fields: recovery,
  },
  safety: {
    type: 'Map',
    since,
    description: 'Limits that hold recoveries back. Absent: none.',
    fields: safety,
  },
};
