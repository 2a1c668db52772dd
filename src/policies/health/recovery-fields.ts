/** The keys of senlin.policy.health under `recovery`: actions, hooks, retry, verification. */
import { operationActions } from '../../domain/health-policy.ts';
import { closestWord } from '../../domain/did-you-mean.ts';
import type { Json } from '../../domain/json.ts';
import { failureClasses } from '../../domain/verdict.ts';
import type { Field, Fields } from '../../domain/spec-schema.ts';
import { since, seconds, positiveSeconds } from './field-types.ts';

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
    hint: (found) => (typeof found === 'number' ? `write {delay: ${found}}` : undefined),
    fields: {
      delay: { ...seconds, default: 1, description: 'Seconds before the second attempt.' },
      factor: { type: 'Number', min: 1, max: 100, default: 2, description: 'Growth of the wait.' },
      max_delay: { ...seconds, default: 60, description: 'Seconds that the wait never exceeds.' },
    },
  },
};

const hook: Field = {
  type: 'Map',
  hint: (found) =>
    isPlainWord(found) ? `write {name: WORKFLOW, params: {workflow_name: ${found}}}` : undefined,
  fields: {
    name: { type: 'String', required: true, allowed: ['WORKFLOW'], description: 'A hook runs a workflow.' },
    id: stepId,
    params: { type: 'Map', required: true, description: 'workflow_name, and its inputs.' },
    ...running,
  },
};

function hooks(description: string): Field {
  const hint = (found: Json): string | undefined =>
    isPlainWord(found) ? `write [{name: WORKFLOW, params: {workflow_name: ${found}}}]` : undefined;
  return { type: 'List', since, description, items: hook, default: [], hint };
}

function isPlainWord(found: Json): found is string {
  return typeof found === 'string' && /^[\w.-]{1,64}$/.test(found);
}

const whenForm = 'a map with a list of failure classes, such as {failure: [SERVER_ERROR]}';
const failureForm = 'a list of failure classes, such as [SERVER_ERROR]';

function hintForWhen(found: Json): string | undefined {
  const words = (Array.isArray(found) ? found : [found]).filter(isPlainWord).map(failureClassOf);
  return words.length === 0 ? undefined : `write {failure: [${words.join(', ')}]}`;
}

function failureClassOf(word: string): string {
  return closestWord(word, failureClasses) ?? word.toUpperCase();
}

function hintForRetry(found: Json): string | undefined {
  if (typeof found === 'number') return `write {episodes: ${found}}`;
  return found === null
    ? undefined
    : 'without retry a node is recovered for as long as it fails; {} is a limit with the defaults, {episodes: 1} quarantines a node after one recovery that did not help';
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
  retain: {
    type: 'Map',
    since,
    description:
      'Stops the failed one and keeps it for a time, so that its cause can be found, instead of removing it.',
    fields: {
      for: {
        ...positiveSeconds,
        max: 31_536_000,
        default: 86_400,
        description: 'Seconds after which it is removed.',
      },
      max: {
        type: 'Integer',
        min: 1,
        max: 1000,
        default: 3,
        description: 'At most so many are kept of the nodes of one cluster; the oldest goes first.',
      },
    },
  },
};

function hintForFailure(found: Json): string | undefined {
  if (typeof found !== 'string') return undefined;
  const meant = closestWord(found.split(' ')[0] ?? '', ['STOP', 'NEXT', 'GOTO']);
  if (meant === undefined) return undefined;
  return meant === 'GOTO'
    ? 'GOTO and the id of a later action, such as GOTO rebuild'
    : `did you mean ${meant}?`;
}

const action: Field = {
  type: 'Map',
  description: 'An action that may bring a node back.',
  hint: (found) => (isPlainWord(found) ? `write name: ${found}` : undefined),
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
    params: {
      type: 'Map',
      description: 'Parameters of the action.',
      keysOfSome: recreateParams,
      hint: (found) =>
        isPlainWord(found) && /^(hard|soft)$/i.test(found) ? `write {type: ${found}}` : undefined,
    },
    id: stepId,
    ...running,
    before: hooks('Workflows that run first; one that fails, fails the action.'),
    after: hooks('Workflows that run after a success; one that fails is reported and undoes nothing.'),
    when: {
      type: 'Map',
      since,
      description: 'When the action applies; otherwise it is skipped.',
      expected: whenForm,
      hint: hintForWhen,
      fields: {
        failure: {
          type: 'List',
          required: true,
          minItems: 1,
          description: 'Classes of failure that the action is for.',
          expected: failureForm,
          hint: (found) => (isPlainWord(found) ? `write [${failureClassOf(found)}]` : undefined),
          items: {
            type: 'String',
            pattern: { regex: /^[A-Z][A-Z0-9_]*$/, expected: 'a failure class, such as SERVER_ERROR' },
            hint: (found) => (isPlainWord(found) ? `did you mean ${failureClassOf(found)}?` : undefined),
          },
        },
      },
    },
    on_failure: {
      type: 'String',
      since,
      description: 'STOP ends the chain, NEXT continues, GOTO <id> continues at a later action.',
      pattern: { regex: /^(STOP|NEXT|GOTO [A-Za-z_][A-Za-z0-9_]*)$/, expected: 'STOP, NEXT or GOTO <id>' },
      hint: hintForFailure,
    },
  },
};

export const recovery: Fields = {
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
    hint: hintForRetry,
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
