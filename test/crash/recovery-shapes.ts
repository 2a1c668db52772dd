/**
 * Every shape that a policy, or an operator's request, can give a recovery: what asks for it, how the outside
 * behaves, what the recovery then does to the outside, in order, and how it ends. Values only; the recovery
 * tests beside this file read them.
 */
import type { JsonObject } from '../../src/domain/json.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import type { NodeStatus, RecoveryState } from '../../src/domain/states.ts';
import type { Temper } from './killing-cloud.ts';

export interface Shape {
  readonly name: string;
  /** `recovery` of the policy; null: there is no policy. */
  readonly recovery: JsonObject | null;
  readonly mode?: 'OBSERVE';
  /** What an operator asks for; absent: the healer does. */
  readonly request?: OperatorRequest;
  /** Recoveries of the node that ended EXHAUSTED before. */
  readonly earlierFailures?: number;
  /** All of one temper; absent: one. */
  readonly nodes?: number;
  readonly temper?: Temper;
  /** An operator cancels the recovery once this effect was had. */
  readonly cancelledAt?: string;
  /** What it does to the outside of each node, in order. */
  readonly effects: readonly string[];
  /**
   * One of the effects, of a step that is broken off: a process that is killed at it may find no time left to
   * have it.
   */
  readonly brokenOff?: string;
  /** Effects of one step: where the process is killed at the last, all of them are asked for again. */
  readonly together?: readonly string[];
  /** How the servers of each node are in the end; absent: whatever an undisturbed run has. */
  readonly serversLeft?: readonly Verdict['health'][];
  readonly end: {
    readonly state: RecoveryState;
    readonly node: NodeStatus;
    readonly isQuarantined?: boolean;
    readonly steps: readonly string[];
    /** States, in order; absent: whatever an undisturbed run has. */
    readonly verifications?: readonly string[];
  };
}

export interface OperatorRequest {
  readonly action: 'NODE_RECOVER' | 'CLUSTER_RECOVER';
  readonly inputs: JsonObject;
  /** Whether the healer has opened a recovery that is held. */
  readonly joins?: boolean;
}

/** Fails a verification soon, for the time of it says nothing about an end. */
const shortTimeout = 0.2;
const never = Infinity;

/** Its workflow does one thing to the outside, which is called as the step is. */
function workflow(id: string, more: JsonObject = {}): JsonObject {
  return { name: 'WORKFLOW', id, params: { workflow_name: 'call', inputs: { url: urlOf(id) } }, ...more };
}

/** Its workflow does one thing, and then runs for ever. */
function lingering(id: string, more: JsonObject = {}): JsonObject {
  return workflow(id, { params: { workflow_name: 'linger', inputs: { url: urlOf(id) } }, ...more });
}

function urlOf(effect: string): string {
  return `<% $.node.metadata.cloud %>/${effect}?node=<% $.node.id %>`;
}

function recovered(...steps: string[]): Shape['end'] {
  return { state: 'RECOVERED', node: 'ACTIVE', steps };
}

function exhausted(...steps: string[]): Shape['end'] {
  return { state: 'EXHAUSTED', node: 'ERROR', steps };
}

function hooked(name: string, effects: readonly string[]): Shape {
  return {
    name: `${name} with a workflow before and after it`,
    recovery: { actions: [{ name, before: [workflow('drain')], after: [workflow('reattach')] }] },
    effects: ['drain', ...effects, 'reattach'],
    end: recovered('drain SUCCEEDED', `${name} SUCCEEDED`, 'reattach SUCCEEDED'),
  };
}

const hooks: readonly Shape[] = [
  hooked('REBOOT', ['reboot']),
  hooked('REBUILD', ['rebuild']),
  hooked('RECREATE', ['remove', 'create']),
  {
    name: 'REBOOT whose before hook fails, and is not run',
    recovery: { actions: [{ name: 'REBOOT', before: [workflow('drain'), workflow('silence')] }] },
    temper: { refuses: { drain: never } },
    effects: ['drain'],
    end: exhausted('drain FAILED', 'REBOOT FAILED'),
  },
  {
    name: 'REBOOT whose after hook fails, which undoes nothing',
    recovery: { actions: [{ name: 'REBOOT', after: [workflow('reattach'), workflow('unsilence')] }] },
    temper: { refuses: { reattach: never } },
    effects: ['reboot', 'reattach', 'unsilence'],
    end: recovered('REBOOT SUCCEEDED', 'reattach FAILED', 'unsilence SUCCEEDED'),
  },
  {
    name: 'REBOOT with on_success hooks',
    recovery: { actions: [{ name: 'REBOOT' }], on_success: [workflow('announce'), workflow('thank')] },
    effects: ['reboot', 'announce', 'thank'],
    end: recovered('REBOOT SUCCEEDED', 'announce SUCCEEDED', 'thank SUCCEEDED'),
  },
  {
    name: 'REBOOT that does not help, with an on_exhausted hook',
    recovery: { actions: [{ name: 'REBOOT', timeout: shortTimeout }], on_exhausted: [workflow('page')] },
    temper: { stubborn: never },
    effects: ['reboot', 'page'],
    end: { ...exhausted('REBOOT SUCCEEDED', 'page SUCCEEDED'), verifications: ['FAILED'] },
  },
];

const chains: readonly Shape[] = [
  {
    name: 'ESCALATE over three rungs',
    recovery: {
      strategy: 'ESCALATE',
      actions: [
        { name: 'REBOOT', timeout: shortTimeout },
        { name: 'REBUILD', timeout: shortTimeout },
        { name: 'RECREATE' },
      ],
    },
    temper: { stubborn: never },
    effects: ['reboot', 'rebuild', 'remove', 'create'],
    end: {
      ...recovered('REBOOT SUCCEEDED', 'REBUILD SUCCEEDED', 'RECREATE SUCCEEDED'),
      verifications: ['FAILED', 'FAILED', 'SUCCEEDED'],
    },
  },
  {
    name: 'CHAIN with workflows in it, of which a later one reads the output of an earlier one',
    recovery: {
      actions: [
        workflow('precheck'),
        { name: 'REBUILD' },
        workflow('move', {
          params: {
            workflow_name: 'call',
            inputs: { url: urlOf('move-to-<% $.steps.precheck.output.spare %>') },
          },
        }),
      ],
    },
    effects: ['precheck', 'rebuild', 'move-to-spare'],
    end: recovered('precheck SUCCEEDED', 'REBUILD SUCCEEDED', 'move SUCCEEDED'),
  },
  {
    name: 'CHAIN whose first item fails with on_failure NEXT',
    recovery: { actions: [{ name: 'REBOOT', on_failure: 'NEXT' }, { name: 'REBUILD' }] },
    temper: { refuses: { reboot: never } },
    effects: ['reboot', 'rebuild'],
    end: recovered('REBOOT FAILED', 'REBUILD SUCCEEDED'),
  },
  {
    name: 'CHAIN whose first item fails with on_failure GOTO, over another item',
    recovery: {
      actions: [
        { name: 'REBOOT', on_failure: 'GOTO replace' },
        workflow('confirm'),
        { name: 'RECREATE', id: 'replace' },
      ],
    },
    temper: { refuses: { reboot: never } },
    effects: ['reboot', 'remove', 'create'],
    end: recovered('REBOOT FAILED', 'confirm SKIPPED', 'RECREATE SUCCEEDED'),
  },
  {
    name: 'CHAIN whose last item fails with on_failure NEXT, on a node that is healthy by then',
    recovery: { actions: [{ name: 'REBOOT' }, workflow('confirm', { on_failure: 'NEXT' })] },
    temper: { refuses: { confirm: never } },
    effects: ['reboot', 'confirm'],
    end: recovered('REBOOT SUCCEEDED', 'confirm FAILED'),
  },
  {
    name: 'CHAIN whose first item is for another failure, and is skipped',
    recovery: { actions: [workflow('evacuate', { when: { failure: ['HOST_DOWN'] } }), { name: 'REBOOT' }] },
    effects: ['reboot'],
    end: recovered('evacuate SKIPPED', 'REBOOT SUCCEEDED'),
  },
];

const twice = { attempts: 2, backoff: { delay: 0.1 } };

const attempts: readonly Shape[] = [
  {
    name: 'REBUILD that fails once, and works at the second attempt',
    recovery: { actions: [{ name: 'REBUILD', ...twice }] },
    temper: { refuses: { rebuild: 1 } },
    effects: ['rebuild', 'rebuild'],
    end: recovered('REBUILD FAILED', 'REBUILD SUCCEEDED'),
  },
  {
    name: 'REBOOT that cures at the second attempt',
    recovery: { actions: [{ name: 'REBOOT', timeout: shortTimeout, ...twice }] },
    temper: { stubborn: 1 },
    effects: ['reboot', 'reboot'],
    end: {
      ...recovered('REBOOT SUCCEEDED', 'REBOOT SUCCEEDED'),
      verifications: ['FAILED', 'SUCCEEDED'],
    },
  },
  {
    name: 'workflow that fails once, and works at the second attempt',
    recovery: { actions: [workflow('precheck', twice), { name: 'REBOOT' }] },
    temper: { refuses: { precheck: 1 } },
    effects: ['precheck', 'precheck', 'reboot'],
    end: recovered('precheck FAILED', 'precheck SUCCEEDED', 'REBOOT SUCCEEDED'),
  },
  {
    name: 'RECREATE that removes, cannot create, and works at the second attempt',
    recovery: { actions: [{ name: 'RECREATE', ...twice }] },
    temper: { refuses: { create: 1 } },
    effects: ['remove', 'create', 'remove', 'create'],
    end: recovered('RECREATE FAILED', 'RECREATE SUCCEEDED'),
  },
];

const replacements: readonly Shape[] = [
  {
    name: 'RECREATE with fencing',
    recovery: { actions: [{ name: 'RECREATE' }], fencing: ['COMPUTE'] },
    effects: ['remove', 'create'],
    end: recovered('RECREATE SUCCEEDED'),
  },
  {
    name: 'RECREATE with fencing, where the removal fails',
    recovery: { actions: [{ name: 'RECREATE' }], fencing: ['COMPUTE'], node_force_recreate: true },
    temper: { refuses: { remove: never } },
    effects: ['remove'],
    end: exhausted('RECREATE FAILED'),
  },
  {
    name: 'RECREATE with node_force_recreate, where the removal fails',
    recovery: { actions: [{ name: 'RECREATE' }], node_force_recreate: true },
    temper: { refuses: { remove: never } },
    effects: ['remove', 'create'],
    end: recovered('RECREATE SUCCEEDED'),
  },
];

const surging = { name: 'RECREATE', params: { surge: true } };

const surges: readonly Shape[] = [
  {
    name: 'RECREATE with surge',
    recovery: { actions: [{ ...surging, after: [workflow('reattach')] }] },
    effects: ['remove-others', 'create', 'remove-others', 'reattach'],
    end: recovered('RECREATE SUCCEEDED', 'reattach SUCCEEDED'),
    serversLeft: ['healthy'],
  },
  {
    name: 'RECREATE with surge whose new server is not healthy, and then REBOOT',
    recovery: {
      strategy: 'ESCALATE',
      actions: [{ ...surging, timeout: shortTimeout }, { name: 'REBOOT' }],
    },
    temper: { newServers: 'broken' },
    effects: ['remove-others', 'create', 'remove-others', 'reboot'],
    end: {
      ...recovered('RECREATE FAILED', 'REBOOT SUCCEEDED'),
      verifications: ['FAILED', 'SUCCEEDED'],
    },
    serversLeft: ['healthy'],
  },
  {
    name: 'RECREATE with surge that cannot create, and works at the second attempt',
    recovery: { actions: [{ ...surging, ...twice }] },
    temper: { refuses: { create: 1 } },
    effects: ['remove-others', 'create', 'remove-others', 'remove-others', 'create', 'remove-others'],
    end: recovered('RECREATE FAILED', 'RECREATE SUCCEEDED'),
    serversLeft: ['healthy'],
  },
];

/** Longer than a test takes: when it is over, it is removed beside what else happens. */
const retain = { for: 3600 };

const retentions: readonly Shape[] = [
  {
    name: 'RECREATE with retain',
    recovery: { actions: [{ name: 'RECREATE', params: { retain }, after: [workflow('reattach')] }] },
    effects: ['remove-others', 'stop', 'create', 'reattach'],
    end: recovered('RECREATE SUCCEEDED', 'reattach SUCCEEDED'),
    serversLeft: ['unhealthy', 'healthy'],
  },
  {
    name: 'RECREATE with retain that cannot stop the old server, and then RECREATE without',
    recovery: {
      strategy: 'ESCALATE',
      actions: [{ name: 'RECREATE', params: { retain } }, { name: 'RECREATE' }],
    },
    temper: { refuses: { stop: never } },
    effects: ['remove-others', 'stop', 'remove', 'create'],
    end: recovered('RECREATE FAILED', 'RECREATE SUCCEEDED'),
    serversLeft: ['healthy'],
  },
  {
    name: 'RECREATE with retain that cannot create, and works at the second attempt',
    recovery: { actions: [{ name: 'RECREATE', params: { retain }, ...twice }] },
    temper: { refuses: { create: 1 } },
    effects: ['remove-others', 'stop', 'create', 'remove-others', 'create'],
    end: recovered('RECREATE FAILED', 'RECREATE SUCCEEDED'),
    serversLeft: ['unhealthy', 'healthy'],
  },
  {
    name: 'RECREATE with surge and retain',
    recovery: { actions: [{ name: 'RECREATE', params: { surge: true, retain } }] },
    effects: ['remove-others', 'create', 'stop', 'remove-others'],
    together: ['stop', 'remove-others'],
    end: recovered('RECREATE SUCCEEDED'),
    serversLeft: ['unhealthy', 'healthy'],
  },
];

const verifications: readonly Shape[] = [
  {
    name: 'REBOOT verified by STATUS, after the node has settled',
    recovery: { actions: [{ name: 'REBOOT' }], verify: 'STATUS', stabilize: 0.2 },
    effects: ['reboot'],
    end: recovered('REBOOT SUCCEEDED'),
  },
  {
    name: 'REBOOT that does not help, and is not verified',
    recovery: { actions: [{ name: 'REBOOT', after: [workflow('reattach')] }], verify: 'NONE' },
    temper: { stubborn: never },
    effects: ['reboot', 'reattach'],
    end: recovered('REBOOT SUCCEEDED', 'reattach SUCCEEDED'),
  },
];

const endings: readonly Shape[] = [
  {
    name: 'workflow that runs out of its time, is cancelled, and has ended before the next item begins',
    recovery: {
      actions: [lingering('migrate', { timeout: 0.3, on_failure: 'NEXT' }), { name: 'REBOOT' }],
    },
    effects: ['migrate', 'cancel', 'break-off', 'reboot'],
    brokenOff: 'migrate',
    end: recovered('migrate FAILED', 'REBOOT SUCCEEDED'),
  },
  {
    name: 'recovery that an operator cancels while its workflow runs',
    recovery: { actions: [{ name: 'REBOOT', before: [lingering('drain')] }] },
    cancelledAt: 'drain',
    effects: ['drain', 'cancel', 'break-off'],
    brokenOff: 'drain',
    end: { state: 'CANCELLED', node: 'ERROR', steps: ['drain CANCELLED'] },
  },
  {
    name: 'REBOOT that does not help in the last recovery of retry',
    recovery: {
      actions: [{ name: 'REBOOT', timeout: shortTimeout }],
      on_exhausted: [workflow('page')],
      retry: { episodes: 2, window: 3600, delay: 60 },
    },
    earlierFailures: 1,
    temper: { stubborn: never },
    effects: ['reboot', 'page'],
    end: {
      ...exhausted('REBOOT SUCCEEDED', 'page SUCCEEDED'),
      verifications: ['FAILED'],
      isQuarantined: true,
    },
  },
  {
    name: 'REBOOT that does not help in the last recovery but one of retry',
    recovery: {
      actions: [{ name: 'REBOOT', timeout: shortTimeout }],
      retry: { episodes: 3, window: 3600, delay: 60 },
    },
    earlierFailures: 1,
    temper: { stubborn: never },
    effects: ['reboot'],
    end: { ...exhausted('REBOOT SUCCEEDED'), verifications: ['FAILED'] },
  },
  {
    name: 'node that is healthy when it is probed again',
    recovery: { actions: [{ name: 'REBOOT' }], on_success: [workflow('announce')] },
    temper: { seenAs: 'healthy' },
    effects: [],
    end: { state: 'SELF_HEALED', node: 'ACTIVE', steps: [] },
  },
];

const chainOfPolicy = {
  actions: [{ name: 'REBOOT', before: [workflow('drain')] }],
  on_success: [workflow('announce')],
};
const chainEffects = ['drain', 'reboot', 'announce'];
const chainEnd = recovered('drain SUCCEEDED', 'REBOOT SUCCEEDED', 'announce SUCCEEDED');

function asked(inputs: JsonObject, more: Partial<OperatorRequest> = {}): OperatorRequest {
  return { action: 'NODE_RECOVER', inputs, ...more };
}

const requests: readonly Shape[] = [
  {
    name: "NODE_RECOVER of an operator, without an operation: the policy's chain",
    recovery: chainOfPolicy,
    request: asked({}),
    effects: chainEffects,
    end: chainEnd,
  },
  {
    name: 'NODE_RECOVER of an operator, with check',
    recovery: chainOfPolicy,
    request: asked({ check: true }),
    effects: chainEffects,
    end: chainEnd,
  },
  {
    name: 'NODE_RECOVER of an operator, with check, of a node that cannot be seen',
    recovery: chainOfPolicy,
    request: asked({ check: true }),
    temper: { seenAs: 'unseen' },
    effects: [],
    end: { state: 'CANCELLED', node: 'ERROR', steps: [] },
  },
  {
    name: 'NODE_RECOVER of an operator, with an operation',
    recovery: chainOfPolicy,
    request: asked({ operation: 'REBUILD' }),
    effects: ['rebuild'],
    end: recovered('REBUILD SUCCEEDED'),
  },
  {
    name: 'NODE_RECOVER of an operator, which joins the recovery that is held',
    recovery: chainOfPolicy,
    request: asked({}, { joins: true }),
    effects: chainEffects,
    end: chainEnd,
  },
  {
    name: 'NODE_RECOVER of an operator, where there is no policy',
    recovery: null,
    request: asked({}),
    effects: ['remove', 'create'],
    end: recovered('RECREATE SUCCEEDED'),
  },
  {
    name: 'CLUSTER_RECOVER of two nodes',
    recovery: chainOfPolicy,
    request: { action: 'CLUSTER_RECOVER', inputs: { check: true } },
    nodes: 2,
    effects: chainEffects,
    end: chainEnd,
  },
  {
    name: 'CLUSTER_RECOVER of two nodes with an operation',
    recovery: chainOfPolicy,
    request: { action: 'CLUSTER_RECOVER', inputs: { operation: 'RECREATE' } },
    nodes: 2,
    effects: ['remove', 'create'],
    end: recovered('RECREATE SUCCEEDED'),
  },
];

const observed: readonly Shape[] = [
  {
    name: 'OBSERVE: it decides everything, and touches nothing',
    recovery: {
      actions: [workflow('precheck'), { name: 'RECREATE', after: [workflow('reattach')] }],
      on_success: [workflow('announce')],
    },
    mode: 'OBSERVE',
    effects: [],
    end: {
      state: 'RECOVERED',
      node: 'ERROR',
      steps: ['precheck SUCCEEDED', 'RECREATE SUCCEEDED', 'reattach SUCCEEDED', 'announce SUCCEEDED'],
    },
  },
];

export const shapes: readonly Shape[] = [
  ...hooks,
  ...chains,
  ...attempts,
  ...replacements,
  ...surges,
  ...retentions,
  ...verifications,
  ...endings,
  ...requests,
  ...observed,
];
