/**
 * Generated from openapi.json by `npm run generate`: do not edit.
 * `Schemas`: the objects of the API. `Operations`: what each request takes and answers.
 */
import type { Json, JsonObject } from '../domain/json.ts';

export interface Schemas {
  readonly Action: {
    readonly action: string;
    readonly cause: string;
    /** Empty for a node in no cluster. From microversion 1.14. */
    readonly cluster_id?: string;
    readonly created_at: string;
    readonly data: JsonObject;
    /** The action that waits for this one. */
    readonly depended_by: readonly string[];
    /** The unfinished actions that this one waits for. */
    readonly depends_on: readonly string[];
    /** Seconds since 1970. */
    readonly end_time: number | null;
    readonly id: string;
    readonly inputs: JsonObject;
    readonly interval: number;
    readonly name: string;
    readonly outputs: JsonObject;
    /** The process that runs it now. */
    readonly owner: string | null;
    readonly project: string;
    /** Of the request that it comes from; null: it comes from none. */
    readonly request_id: string | null;
    /** Seconds since 1970. */
    readonly start_time: number | null;
    readonly status: string;
    readonly status_reason: string;
    readonly target: string;
    readonly timeout: number;
    readonly updated_at: string | null;
    readonly user: string;
  };
  readonly ActionExecution: {
    readonly id: string;
    readonly name: string;
    readonly description: string;
    readonly workflow_name: string | null;
    readonly workflow_namespace: string;
    readonly task_name: string | null;
    readonly task_execution_id: string | null;
    readonly state: 'RUNNING' | 'PAUSED' | 'SUCCESS' | 'ERROR' | 'CANCELLED';
    readonly state_info: string | null;
    readonly tags: readonly string[];
    /** false: a retry or a rerun threw it away. */
    readonly accepted: boolean;
    /** A JSON object, as text. */
    readonly input: string;
    /** `{"result": ...}` as JSON text; in lists with `include_output` only. */
    readonly output?: string;
    /** `2026-11-22 18:29:12`, in UTC. */
    readonly created_at: string;
    /** `2026-11-22 18:29:12`, in UTC. */
    readonly updated_at: string;
    /** `2026-11-22 18:29:12`, in UTC. */
    readonly started_at: string;
    readonly finished_at: string | null;
    readonly project_id: string;
  };
  readonly ActionId: {
    readonly action: string;
  };
  readonly Cluster: {
    readonly config: JsonObject;
    /** When its creation ended; null until then. */
    readonly created_at: string | null;
    readonly data: JsonObject;
    readonly dependents: JsonObject;
    readonly desired_capacity: number;
    readonly domain: string | null;
    /** QUARANTINED: left alone until an operator releases it. UNKNOWN: cannot be probed, or not known any more. FAILED: confirmed, and no recovery is open. HELD: its recovery waits. INCOMPLETE: a cluster has fewer nodes than desired. RECOVERING: its recovery runs. SUSPECTED: failed its last probe, not yet confirmed. WARNING: healthy, and yet something needs a look. EXCLUDED: taken out of healing. NOT_PROBED: not probed since it was last changed. UNWATCHED: it is not probed. HEALTHY. Of a cluster: the worst of its nodes. */
    readonly health: 'QUARANTINED' | 'UNKNOWN' | 'FAILED' | 'HELD' | 'INCOMPLETE' | 'RECOVERING' | 'SUSPECTED' | 'WARNING' | 'EXCLUDED' | 'NOT_PROBED' | 'UNWATCHED' | 'HEALTHY';
    /** null: nothing is wrong. */
    readonly health_reason: string | null;
    readonly id: string;
    /** When its creation was requested. */
    readonly init_at: string;
    /** -1: no limit. */
    readonly max_size: number;
    readonly metadata: JsonObject;
    readonly min_size: number;
    readonly name: string;
    /** How many of its nodes have which profile; the cluster's own is the first. */
    readonly node_profiles: readonly {
      readonly nodes: number;
      readonly profile_id: string;
      readonly profile_name: string | null;
    }[];
    /** Ids of its nodes. */
    readonly nodes: readonly string[];
    /** Ids of the bindings of its policies, not of the policies. */
    readonly policies: readonly string[];
    readonly profile_id: string;
    readonly profile_name: string | null;
    readonly project: string;
    readonly status: string;
    readonly status_reason: string;
    readonly timeout: number;
    readonly updated_at: string | null;
    readonly user: string;
  };
  readonly ClusterHealth: {
    readonly breaker: {
      readonly failures: number;
      /** When it opened. */
      readonly since: string | null;
      readonly state: 'CLOSED' | 'OPEN' | 'HALF_OPEN';
      /** When one recovery is tried. */
      readonly until: string | null;
    } | null;
    readonly cluster_id: string;
    readonly cluster_name: string;
    /** Each node counts once, under its standing. */
    readonly counts: {
      readonly desired: number;
      readonly excluded: number;
      readonly failed: number;
      readonly healthy: number;
      readonly held: number;
      readonly incomplete: number;
      readonly nodes: number;
      readonly not_probed: number;
      readonly quarantined: number;
      readonly recovering: number;
      readonly suspected: number;
      readonly unknown: number;
      readonly unwatched: number;
      readonly warning: number;
      readonly missing: number;
      /** What counts against max_unhealthy. */
      readonly unhealthy: number;
    };
    /** What would hold a recovery now; the first one is what holds. zone_outage holds the nodes of one zone. */
    readonly gates: readonly {
      /** How it is opened, or passed, before its time; empty: waiting is all there is. */
      readonly ends_by: readonly Schemas['OperatorTask'][];
      readonly gate: string;
      readonly limit: number | null;
      readonly reason: string;
      readonly since: string | null;
      readonly total: number | null;
      /** When it is checked again; `reason` says what opens it. */
      readonly until: string;
    }[];
    readonly limits: {
      readonly max_in_flight: number | null;
      readonly max_unhealthy: number | null;
    };
    readonly maintenance: {
      readonly reason: string;
      /** null: until an operator ends it. */
      readonly until: string | null;
      /** The action for which healing is paused; null: an operator paused it. */
      readonly action: string | null;
    } | null;
    /** What is being done: the steps that run, until when, and what follows them. */
    readonly doing: readonly string[];
    /** What an operator has to do, or may do; the required first. */
    readonly operator: readonly Schemas['OperatorTask'][];
    /** What is wrong; empty: nothing. */
    readonly problems: readonly string[];
    /** What is waited for, and when that is checked again; null: until something changes. */
    readonly waiting: readonly {
      readonly reason: string;
      readonly until: string | null;
    }[];
    /** How many healthy nodes are not among `nodes`. */
    readonly more_healthy: number;
    readonly nodes: readonly Schemas['NodeHealth'][];
    readonly policy: {
      readonly enabled: boolean;
      readonly id: string;
      readonly mode: 'ENFORCE' | 'OBSERVE';
      readonly name: string;
    } | null;
    /** QUARANTINED: left alone until an operator releases it. UNKNOWN: cannot be probed, or not known any more. FAILED: confirmed, and no recovery is open. HELD: its recovery waits. INCOMPLETE: a cluster has fewer nodes than desired. RECOVERING: its recovery runs. SUSPECTED: failed its last probe, not yet confirmed. WARNING: healthy, and yet something needs a look. EXCLUDED: taken out of healing. NOT_PROBED: not probed since it was last changed. UNWATCHED: it is not probed. HEALTHY. Of a cluster: the worst of its nodes. */
    readonly standing: 'QUARANTINED' | 'UNKNOWN' | 'FAILED' | 'HELD' | 'INCOMPLETE' | 'RECOVERING' | 'SUSPECTED' | 'WARNING' | 'EXCLUDED' | 'NOT_PROBED' | 'UNWATCHED' | 'HEALTHY';
    /** Failure domains of which most nodes failed at once. */
    readonly zone_outages: readonly {
      /** zone, host, or the label of the policy. */
      readonly domain: string;
      /** Nodes that have failed, or cannot be seen since they failed. */
      readonly failed: number;
      readonly name: string;
      /** The nodes of the domain; excluded ones are left out. */
      readonly of: number;
      /** When an operator released it; null: it is not released. */
      readonly released_at: string | null;
      readonly since: string;
    }[];
  };
  readonly ClusterOverview: {
    /** Each node counts once, under its standing. */
    readonly counts: {
      readonly desired: number;
      readonly excluded: number;
      readonly failed: number;
      readonly healthy: number;
      readonly held: number;
      readonly incomplete: number;
      readonly nodes: number;
      readonly not_probed: number;
      readonly quarantined: number;
      readonly recovering: number;
      readonly suspected: number;
      readonly unknown: number;
      readonly unwatched: number;
      readonly warning: number;
    };
    /** What is being done: the steps that run, until when, and what follows them. */
    readonly doing: readonly string[];
    /** What an operator has to do, or may do; the required first. */
    readonly operator: readonly Schemas['OperatorTask'][];
    /** What is wrong; empty: nothing. */
    readonly problems: readonly string[];
    /** What is waited for, and when that is checked again; null: until something changes. */
    readonly waiting: readonly {
      readonly reason: string;
      readonly until: string | null;
    }[];
    /** QUARANTINED: left alone until an operator releases it. UNKNOWN: cannot be probed, or not known any more. FAILED: confirmed, and no recovery is open. HELD: its recovery waits. INCOMPLETE: a cluster has fewer nodes than desired. RECOVERING: its recovery runs. SUSPECTED: failed its last probe, not yet confirmed. WARNING: healthy, and yet something needs a look. EXCLUDED: taken out of healing. NOT_PROBED: not probed since it was last changed. UNWATCHED: it is not probed. HEALTHY. Of a cluster: the worst of its nodes. */
    readonly health: 'QUARANTINED' | 'UNKNOWN' | 'FAILED' | 'HELD' | 'INCOMPLETE' | 'RECOVERING' | 'SUSPECTED' | 'WARNING' | 'EXCLUDED' | 'NOT_PROBED' | 'UNWATCHED' | 'HEALTHY';
    readonly health_reason: string | null;
    readonly id: string;
    readonly name: string;
    /** Something of `operator` is required. */
    readonly needs_operator: boolean;
    readonly status: string;
  };
  readonly ClusterPolicy: {
    readonly cluster_id: string;
    readonly cluster_name: string;
    readonly data: JsonObject | null;
    readonly enabled: boolean;
    readonly id: string;
    readonly last_op: string | null;
    readonly policy_id: string;
    readonly policy_name: string;
    readonly policy_type: string;
    readonly priority: number;
  };
  readonly EmbeddedCluster: {
    readonly config: JsonObject;
    /** When its creation ended; null until then. */
    readonly created_at: string | null;
    readonly data: JsonObject;
    readonly dependents: JsonObject;
    readonly desired_capacity: number;
    readonly domain: string | null;
    readonly id: string;
    /** When its creation was requested. */
    readonly init_at: string;
    /** -1: no limit. */
    readonly max_size: number;
    readonly min_size: number;
    readonly name: string;
    readonly profile_id: string;
    readonly project: string;
    readonly status: string;
    readonly status_reason: string;
    readonly timeout: number;
    readonly updated_at: string | null;
    readonly user: string;
    readonly meta_data: JsonObject;
    readonly next_index: number;
    readonly parent: null;
  };
  readonly Error: {
    readonly code: number;
    readonly error: {
      readonly code: number;
      readonly detail?: string;
      readonly issues?: readonly {
        readonly field: string;
        readonly expected: string;
        readonly found: string;
        readonly hint?: string;
      }[];
      readonly message: string;
      readonly type: string;
    };
    readonly explanation: string;
    readonly title: string;
  };
  readonly Event: {
    readonly action: string;
    readonly cluster_id: string | null;
    readonly id: string;
    readonly level: string;
    readonly meta_data: JsonObject;
    readonly oid: string;
    readonly oname: string;
    readonly otype: string;
    readonly project: string;
    readonly status: string;
    readonly status_reason: string;
    /** `2026-11-22T19:00:16+00:00` */
    readonly timestamp: string;
    readonly user: string;
    /** The cluster as it is now; null once it is gone. */
    readonly cluster: Schemas['EmbeddedCluster'] | null;
  };
  readonly Fault: {
    readonly faultstring: string;
    readonly faultcode?: 'Client' | 'Server';
    readonly debuginfo?: null;
  };
  readonly FullTaskExecution: {
    readonly id: string;
    readonly name: string;
    readonly type: 'ACTION' | 'WORKFLOW';
    readonly workflow_name: string;
    readonly workflow_namespace: string;
    readonly workflow_id: string | null;
    readonly workflow_execution_id: string;
    readonly state: 'IDLE' | 'WAITING' | 'DELAYED' | 'RUNNING' | 'PAUSED' | 'SUCCESS' | 'ERROR' | 'CANCELLED' | 'SKIPPED';
    readonly state_info: string | null;
    readonly tags: readonly string[];
    readonly project_id: string;
    /** A JSON object, as text. */
    readonly runtime_context: string;
    /** A JSON object, as text. */
    readonly published: string;
    readonly processed: boolean;
    /** `2026-11-22 18:29:12`, in UTC. */
    readonly created_at: string;
    /** `2026-11-22 18:29:12`, in UTC. */
    readonly updated_at: string;
    readonly started_at: string | null;
    readonly finished_at: string | null;
    /** JSON text. */
    readonly result: string;
  };
  readonly FullWorkflowExecution: {
    readonly id: string;
    readonly workflow_id: string | null;
    readonly workflow_name: string;
    readonly workflow_namespace: string;
    readonly description: string;
    readonly tags: readonly string[];
    /** A JSON object, as text. */
    readonly params: string;
    /** Of a sub-workflow: the task that started it. */
    readonly task_execution_id: string | null;
    readonly root_execution_id: string | null;
    readonly state: 'IDLE' | 'RUNNING' | 'PAUSED' | 'SUCCESS' | 'ERROR' | 'CANCELLED';
    readonly state_info: string | null;
    /** A JSON object, as text. */
    readonly input: string;
    /** A JSON object, as text. */
    readonly output: string;
    /** `2026-11-22 18:29:12`, in UTC. */
    readonly created_at: string;
    /** `2026-11-22 18:29:12`, in UTC. */
    readonly updated_at: string;
    readonly project_id: string;
    /** A JSON object, as text. */
    readonly published_global: string;
  };
  readonly HealthOverview: {
    readonly at: string;
    /** What is wrong with the cloud, for all clusters whose nodes are in it; null: nothing, or Coppice works with none. */
    readonly cloud: {
      /** What is being done: the steps that run, until when, and what follows them. */
      readonly doing: readonly string[];
      /** What an operator has to do, or may do; the required first. */
      readonly operator: readonly Schemas['OperatorTask'][];
      /** What is wrong; empty: nothing. */
      readonly problems: readonly string[];
      /** What is waited for, and when that is checked again; null: until something changes. */
      readonly waiting: readonly {
        readonly reason: string;
        readonly until: string | null;
      }[];
      readonly needs_operator: boolean;
    } | null;
    /** The worst first: what needs an operator, then by health. */
    readonly clusters: readonly Schemas['ClusterOverview'][];
    readonly counts: {
      readonly clusters: number;
      readonly healthy: number;
      readonly needs_operator: number;
    };
    /** What recoveries have stopped and keep, by cluster; GET /v1/retained lists it. */
    readonly retained: readonly {
      readonly cluster_id: string | null;
      /** null: the cluster is gone, or there was none. */
      readonly cluster_name: string | null;
      readonly count: number;
      /** When the first of them is removed. */
      readonly first_until: string;
      /** When the last of them is removed. */
      readonly last_until: string;
    }[];
    /** Why the server records nothing, and so recovers nothing until an operator has acted; null: it records. */
    readonly server_problem: string | null;
    /** Processes on the server's machine that belong to nodes which its database does not have, and what to do about them; null: there are none. */
    readonly server_warning: string | null;
    /** The simulated cloud in the process of this server; null: there is none. */
    readonly simulated_cloud: {
      /** Of its own API: GET /servers, POST /hosts/{name}, POST /faults, ... */
      readonly admin_url: string;
      /** Of its Keystone. */
      readonly auth_url: string;
    } | null;
  };
  readonly ListedType: {
    /** Below microversion 1.5 with the version: `local.process-1.0`. */
    readonly name: string;
    readonly support_status?: JsonObject;
    readonly version?: string;
  };
  readonly Node: {
    /** Empty for a node in no cluster. */
    readonly cluster_id: string;
    /** When its creation ended; null until then. */
    readonly created_at: string | null;
    readonly data: JsonObject;
    readonly dependents: JsonObject;
    /** What its profile type knows of it; with `show_details=true`. */
    readonly details?: JsonObject;
    readonly domain: string | null;
    /** QUARANTINED: left alone until an operator releases it. UNKNOWN: cannot be probed, or not known any more. FAILED: confirmed, and no recovery is open. HELD: its recovery waits. INCOMPLETE: a cluster has fewer nodes than desired. RECOVERING: its recovery runs. SUSPECTED: failed its last probe, not yet confirmed. WARNING: healthy, and yet something needs a look. EXCLUDED: taken out of healing. NOT_PROBED: not probed since it was last changed. UNWATCHED: it is not probed. HEALTHY. Of a cluster: the worst of its nodes. */
    readonly health: 'QUARANTINED' | 'UNKNOWN' | 'FAILED' | 'HELD' | 'INCOMPLETE' | 'RECOVERING' | 'SUSPECTED' | 'WARNING' | 'EXCLUDED' | 'NOT_PROBED' | 'UNWATCHED' | 'HEALTHY';
    /** null: nothing is wrong. */
    readonly health_reason: string | null;
    readonly id: string;
    /** Its place in the cluster, from 1; -1 in no cluster. */
    readonly index: number;
    /** When its creation was requested. */
    readonly init_at: string;
    readonly metadata: JsonObject;
    readonly name: string;
    readonly physical_id: string | null;
    readonly profile_id: string;
    readonly profile_name: string | null;
    readonly project: string;
    /** The region of the cloud in which it was placed; null: in none, so that it is where Coppice works. */
    readonly region: string | null;
    readonly role: string;
    readonly status: string;
    readonly status_reason: string;
    /** From microversion 1.13. */
    readonly tainted?: boolean;
    readonly updated_at: string | null;
    readonly user: string;
    /** The availability zone in which it was at the last operation or check; null: it has none, or it is not known. */
    readonly zone: string | null;
  };
  readonly NodeHealth: {
    /** false: the node is not probed now, or no probe is recorded; what its last probe found is reported as the past. */
    readonly current: boolean;
    /** What each detection mode saw last, since when. */
    readonly detectors: readonly {
      readonly detector: string;
      /** The class, where it is unhealthy. */
      readonly failure: string | null;
      readonly health: 'healthy' | 'unhealthy' | 'unknown';
      readonly reason: string;
      readonly since: string;
    }[];
    /** An operator excluded it from healing. */
    readonly excluded: {
      readonly reason: string;
      /** null: until an operator ends it. */
      readonly until: string | null;
    } | null;
    readonly failure: {
      readonly class: string;
      readonly reason: string;
    } | null;
    /** UNKNOWN: could not be probed, was not probed yet or not for long, or what its last probe found could not be recorded. */
    readonly health: 'HEALTHY' | 'SUSPECTED' | 'FAILED' | 'UNKNOWN';
    readonly id: string;
    readonly name: string;
    readonly next: {
      readonly at: string | null;
      /** HOLD: how the gates that hold it are opened, or passed, before their time. */
      readonly ends_by: readonly Schemas['OperatorTask'][];
      readonly reason: string;
      readonly what: 'RECOVER' | 'HOLD' | 'CLOSE' | 'SKIP' | 'IN_PROGRESS' | 'PROBE' | 'NOTHING';
    };
    /** As of when this is known; null: never probed, or not since it was last changed. */
    readonly probed_at: string | null;
    /** ROUND: the detection modes of the policy. VERIFICATION: the recovery that runs. */
    readonly probed_by: 'ROUND' | 'VERIFICATION' | null;
    readonly quarantine: {
      readonly reason: string;
      readonly since: string;
    } | null;
    readonly reason: string;
    /** Its recoveries had seemed to help, and it failed again soon after each. */
    readonly relapse: Schemas['Relapse'] | null;
    readonly recovery: {
      /** The NODE_RECOVER that carries it out; null: held. */
      readonly action_id: string | null;
      readonly id: string;
      readonly mode: 'ENFORCE' | 'OBSERVE';
      readonly opened_at: string;
      /** The last decision. */
      readonly reason: string;
      /** null: held. */
      readonly started_at: string | null;
      readonly step: Schemas['RunningStep'] | null;
    } | null;
    readonly since: string | null;
    /** QUARANTINED: left alone until an operator releases it. UNKNOWN: cannot be probed, or not known any more. FAILED: confirmed, and no recovery is open. HELD: its recovery waits. INCOMPLETE: a cluster has fewer nodes than desired. RECOVERING: its recovery runs. SUSPECTED: failed its last probe, not yet confirmed. WARNING: healthy, and yet something needs a look. EXCLUDED: taken out of healing. NOT_PROBED: not probed since it was last changed. UNWATCHED: it is not probed. HEALTHY. Of a cluster: the worst of its nodes. */
    readonly standing: 'QUARANTINED' | 'UNKNOWN' | 'FAILED' | 'HELD' | 'INCOMPLETE' | 'RECOVERING' | 'SUSPECTED' | 'WARNING' | 'EXCLUDED' | 'NOT_PROBED' | 'UNWATCHED' | 'HEALTHY';
    readonly status: string;
    /** A hook after its last recovery failed: the node is healthy, and what the hook was for is not done. */
    readonly warning: {
      readonly execution_id: string | null;
      readonly reason: string;
      readonly recovery_id: string;
      /** What runs the execution. */
      readonly workflow_service: 'embedded' | 'mistral' | null;
    } | null;
  };
  readonly OperatorTask: {
    /** To be typed as it stands. */
    readonly command: string;
    readonly reason: string;
    /** Coppice does nothing more about it; an operator has to act. */
    readonly required: boolean;
    /** All commands, in the order in which they are typed; `command` is the first of them. */
    readonly steps: readonly {
      /** To be typed as it stands. */
      readonly command: string;
      /** What it is for, or when it is the one to type. */
      readonly text: string;
    }[];
  };
  readonly Plan: {
    /** Who decided what, in this order. */
    readonly decisions: readonly {
      /** The action, or a policy. */
      readonly by: string;
      readonly reason: string;
    }[];
    /** Carried out one after the other, the nodes of one side by side; the first 100 nodes. */
    readonly groups: readonly {
      readonly nodes: readonly {
        /** null: a node that does not exist yet. */
        readonly id: string | null;
        readonly name: string | null;
        readonly operation: string;
        /** Where policies place a new node; absent: none has chosen. */
        readonly placement?: {
          readonly region_name?: string;
          readonly zone?: string;
          readonly servergroup?: string;
        };
        readonly reason: string;
        /** What policies do beside the operation; absent: nothing. */
        readonly steps?: readonly {
          /** A policy. */
          readonly by: string;
          readonly step: string;
        }[];
      }[];
      /** Seconds before the next group begins. */
      readonly pause: number;
    }[];
    /** Nodes of all groups. */
    readonly nodes: number;
    /** Absent: the action does not change the size. */
    readonly size?: {
      readonly current: number;
      readonly desired: number;
      readonly max_size: number;
      readonly min_size: number;
    };
    /** Seconds before the first group begins. */
    readonly wait?: number;
  };
  readonly Policy: {
    readonly created_at: string;
    readonly data: JsonObject;
    readonly domain: string | null;
    readonly id: string;
    readonly name: string;
    readonly project: string;
    readonly spec: {
      readonly properties: JsonObject;
      readonly type: string;
      readonly version: string;
    };
    readonly type: string;
    readonly updated_at: string | null;
    readonly user: string;
  };
  readonly Profile: {
    readonly created_at: string;
    readonly domain: string | null;
    readonly id: string;
    readonly metadata: JsonObject;
    readonly name: string;
    readonly project: string;
    readonly spec: {
      readonly properties: JsonObject;
      readonly type: string;
      readonly version: string;
    };
    readonly type: string;
    readonly updated_at: string | null;
    readonly user: string;
  };
  readonly Receiver: {
    readonly action: string;
    /** Empty: the URL acts as the user of the receiver. */
    readonly actor: JsonObject;
    readonly channel: {
      /** It needs no token: everyone who knows it may start the action. */
      readonly alarm_url: string;
    };
    readonly cluster_id: string;
    readonly created_at: string;
    readonly domain: string | null;
    readonly id: string;
    readonly name: string;
    readonly params: JsonObject;
    readonly project: string;
    readonly type: string;
    readonly updated_at: string | null;
    readonly user: string;
  };
  readonly Recovery: {
    /** When an operator said that what `warning` is about is done. */
    readonly acknowledged_at: string | null;
    /** The NODE_RECOVER that carries it out, or did; null: held. */
    readonly action_id: string | null;
    readonly closed_at: string | null;
    readonly cluster_id: string | null;
    /** Of one that ended with a healthy node: the next recovery of the node that no operator requested, and how long after the end it had failed again. */
    readonly failed_again: {
      readonly after_seconds: number;
      readonly recovery_id: string;
    } | null;
    readonly failure: {
      readonly class: string;
      readonly reason: string;
    };
    readonly id: string;
    /** OBSERVE: decided and recorded, and nothing was touched. */
    readonly mode: 'ENFORCE' | 'OBSERVE';
    /** false: the node was deleted. */
    readonly node_exists: boolean;
    readonly node_id: string;
    /** Kept, also when the node is gone. */
    readonly node_name: string;
    /** `2026-11-22T18:19:19.123Z`, as all times of recoveries. */
    readonly opened_at: string;
    /** OPERATOR: an operator requested it; it counts for no limit of the policy. */
    readonly origin: 'AUTOMATIC' | 'OPERATOR';
    /** null: an operator requested it. */
    readonly policy_id: string | null;
    /** The recovery that it continues, because that one did not help. */
    readonly relapse: Schemas['Relapse'] | null;
    /** The last decision. */
    readonly reason: string;
    /** OPEN, or how it was closed. */
    readonly state: 'OPEN' | 'RECOVERED' | 'SELF_HEALED' | 'EXHAUSTED' | 'CANCELLED';
    /** A hook that failed after it: it undoes nothing, and what it was for is not done. */
    readonly warning: string | null;
    readonly decisions: readonly Schemas['RecoveryDecision'][];
    /** What an operator may do about the step that runs. */
    readonly operator: readonly Schemas['OperatorTask'][];
    /** What it has stopped, and is still kept. */
    readonly retained: readonly Schemas['Retained'][];
    /** The step that runs, until when, and what follows it. */
    readonly running: Schemas['RunningStep'] | null;
    readonly steps: readonly Schemas['RecoveryStep'][];
  };
  readonly RecoveryDecision: {
    readonly at: string;
    readonly decision: string;
    readonly reason: string;
  };
  readonly RecoveryStep: {
    readonly attempt: number;
    /** Of a verification: when it is given up. */
    readonly deadline: string | null;
    readonly ended_at: string | null;
    /** The execution of a WORKFLOW; null: there is none, or none any more. */
    readonly execution_id: string | null;
    /** The state of the execution itself: a PAUSED one is waited for. */
    readonly execution_state: string | null;
    readonly id: string;
    /** Its place in the chain, `actions[0].before[0]`, or the id that the policy gives it. */
    readonly item: string;
    /** The action's name: REBOOT, WORKFLOW, ... */
    readonly name: string;
    readonly output: JsonObject | null;
    /** An action of the chain; what comes before or after one; what follows the end of it; or the verification of a step. */
    readonly purpose: 'action' | 'before' | 'after' | 'on_success' | 'on_exhausted' | 'verification';
    readonly reason: string;
    readonly started_at: string | null;
    readonly state: 'PENDING' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'SKIPPED' | 'CANCELLED';
    /** Of a verification: the id of the step that it verifies; null: the whole chain. */
    readonly verifies: string | null;
    /** Of a WORKFLOW. */
    readonly workflow_name: string | null;
    /** What runs the execution; null: there is none. */
    readonly workflow_service: 'embedded' | 'mistral' | null;
  };
  readonly RecoverySummary: {
    /** When an operator said that what `warning` is about is done. */
    readonly acknowledged_at: string | null;
    /** The NODE_RECOVER that carries it out, or did; null: held. */
    readonly action_id: string | null;
    readonly closed_at: string | null;
    readonly cluster_id: string | null;
    /** Of one that ended with a healthy node: the next recovery of the node that no operator requested, and how long after the end it had failed again. */
    readonly failed_again: {
      readonly after_seconds: number;
      readonly recovery_id: string;
    } | null;
    readonly failure: {
      readonly class: string;
      readonly reason: string;
    };
    readonly id: string;
    /** OBSERVE: decided and recorded, and nothing was touched. */
    readonly mode: 'ENFORCE' | 'OBSERVE';
    /** false: the node was deleted. */
    readonly node_exists: boolean;
    readonly node_id: string;
    /** Kept, also when the node is gone. */
    readonly node_name: string;
    /** `2026-11-22T18:19:19.123Z`, as all times of recoveries. */
    readonly opened_at: string;
    /** OPERATOR: an operator requested it; it counts for no limit of the policy. */
    readonly origin: 'AUTOMATIC' | 'OPERATOR';
    /** null: an operator requested it. */
    readonly policy_id: string | null;
    /** The recovery that it continues, because that one did not help. */
    readonly relapse: Schemas['Relapse'] | null;
    /** The last decision. */
    readonly reason: string;
    /** OPEN, or how it was closed. */
    readonly state: 'OPEN' | 'RECOVERED' | 'SELF_HEALED' | 'EXHAUSTED' | 'CANCELLED';
    /** A hook that failed after it: it undoes nothing, and what it was for is not done. */
    readonly warning: string | null;
  };
  readonly Relapse: {
    readonly healthy_seconds: {
      readonly last: number;
      readonly longest: number;
      readonly shortest: number;
    };
    /** The one before, which had seemed to help. */
    readonly recovery_id: string;
    /** When the node failed for the first time. */
    readonly since: string;
    /** How often it has failed since, this time included. */
    readonly times: number;
  };
  readonly Retained: {
    /** Of its node; null: the node was in none. It may be gone. */
    readonly cluster_id: string | null;
    readonly id: string;
    /** Where it is: `server ID`, or the path of a directory on the machine of Coppice. */
    readonly location: string;
    /** The node may be gone. */
    readonly node_id: string;
    /** Kept, also when the node is gone. */
    readonly node_name: string;
    /** Of the process or server, as its node had it. */
    readonly physical_id: string;
    readonly profile_type: string;
    readonly project: string;
    /** The recovery that has stopped it. */
    readonly recovery_id: string;
    /** `2026-11-22T18:19:19.123Z`, as all times of recoveries. */
    readonly stopped_at: string;
    /** When it is removed; past: it is being removed. */
    readonly until: string;
  };
  readonly RunningStep: {
    readonly attempt: number;
    /** How many there are at most. */
    readonly attempts: number | null;
    /** When it is given up; null: it has ended. */
    readonly deadline: string | null;
    /** What it does, since when, until when at most, and what follows. */
    readonly doing: string;
    /** What follows if it fails. */
    readonly if_it_fails: string | null;
    /** What follows if it succeeds. */
    readonly if_it_helps: string | null;
    readonly item: string;
    /** What runs, in words: REBOOT, WORKFLOW drain, verification of REBOOT. */
    readonly label: string;
    readonly name: string;
    readonly purpose: 'action' | 'before' | 'after' | 'on_success' | 'on_exhausted' | 'verification';
    readonly state: string;
    /** The operation is over, and the node is probed until it is healthy. */
    readonly verifying: boolean;
    /** Of a WORKFLOW that runs: its execution, which may be PAUSED. */
    readonly workflow: {
      readonly execution_id: string;
      readonly name: string;
      /** What runs it. */
      readonly service: 'embedded' | 'mistral';
      /** Since when it is in this state. */
      readonly since: string | null;
      readonly state: string;
      readonly state_info: string | null;
    } | null;
    readonly workflow_name: string | null;
  };
  readonly Service: {
    /** coppice-engine, coppice-health, ...: one row for each role of a process. */
    readonly binary: string;
    readonly disabled_reason: string | null;
    readonly host: string;
    readonly id: string;
    readonly state: 'up' | 'down';
    readonly status: string;
    readonly topic: string;
    /** `2026-11-22T18:59:31` */
    readonly updated_at: string;
  };
  readonly Simulation: {
    readonly attached: boolean;
    readonly at: string;
    readonly cluster_id: string;
    readonly mode: 'ENFORCE' | 'OBSERVE';
    readonly nodes: readonly {
      /** It has failed without being supposed to: answered from where it stands. */
      readonly already_failed: boolean;
      readonly decision: 'START' | 'HOLD' | 'SKIP' | 'RUNNING';
      readonly failure: {
        readonly class: string;
        readonly reason: string;
      };
      /** The gate that is closed; null where it is none. */
      readonly gate: string | null;
      readonly id: string;
      readonly name: string;
      readonly reason: string;
      /** How its recovery would end; null where none starts now, or mode OBSERVE touches nothing. */
      readonly result: string | null;
      readonly steps: readonly {
        readonly item: string;
        readonly state: string;
        readonly step: string;
      }[];
      /** What its recovery would decide, if it began now; operations take no time in it. */
      readonly timeline: readonly {
        readonly at: string;
        readonly decision: string;
        readonly reason: string;
      }[];
      readonly until: string | null;
    }[];
    readonly policy_name: string | null;
    readonly supposed: readonly string[];
    /** What would count against max_unhealthy. */
    readonly unhealthy: number;
    /** Failure domains that would have an outage, by safety.zone_outage of the policy. */
    readonly zone_outages: readonly {
      /** What the policy does about it. */
      readonly action: 'HOLD' | 'REPLACE_ELSEWHERE' | null;
      /** zone, host, or the label of the policy. */
      readonly domain: string;
      readonly failed: number;
      readonly name: string;
      /** The nodes of the domain. */
      readonly of: number;
    }[];
  };
  readonly Type: {
    readonly name: string;
    readonly schema: JsonObject;
    readonly support_status?: JsonObject;
  };
  readonly ValidatedPolicy: {
    readonly created_at: null;
    readonly data: JsonObject;
    readonly domain: string | null;
    readonly id: null;
    readonly name: string;
    readonly project: string;
    readonly spec: {
      readonly properties: JsonObject;
      readonly type: string;
      readonly version: string;
    };
    readonly type: string;
    readonly updated_at: string | null;
    readonly user: string;
  };
  readonly ValidatedProfile: {
    readonly created_at: null;
    readonly domain: string | null;
    readonly id: null;
    readonly metadata: null;
    readonly name: string;
    readonly project: string;
    readonly spec: {
      readonly properties: JsonObject;
      readonly type: string;
      readonly version: string;
    };
    readonly type: string;
    readonly updated_at: string | null;
    readonly user: string;
  };
  readonly Version: {
    readonly id: string;
    readonly links: readonly {
      readonly href: string;
      readonly rel: string;
    }[];
    readonly max_version: string;
    readonly 'media-types': readonly {
      readonly base: string;
      readonly type: string;
    }[];
    readonly min_version: string;
    readonly status: string;
    readonly updated: string;
  };
  readonly Workbook: {
    readonly id: string;
    readonly name: string;
    readonly namespace: string;
    readonly tags: readonly string[];
    readonly scope: string;
    readonly project_id: string;
    /** `2026-11-22 18:29:12`, in UTC. */
    readonly created_at: string;
    readonly updated_at: string | null;
    /** The YAML. */
    readonly definition: string;
  };
  readonly Workflow: {
    readonly id: string;
    readonly name: string;
    readonly namespace: string;
    readonly tags: readonly string[];
    readonly scope: string;
    readonly project_id: string;
    /** `2026-11-22 18:29:12`, in UTC. */
    readonly created_at: string;
    readonly updated_at: string | null;
    /** `node, grace="2"` */
    readonly input: string;
    readonly interface: JsonObject | string;
    /** The YAML. */
    readonly definition: string;
  };
  readonly WorkflowAction: {
    readonly id: string;
    readonly name: string;
    readonly namespace: string;
    readonly tags: readonly string[];
    readonly scope: string;
    readonly project_id: string | null;
    readonly created_at: string | null;
    readonly updated_at: string | null;
    /** Built in: there is no definition. */
    readonly is_system: boolean;
    readonly description: string | null;
    readonly input: string;
    readonly definition: string | null;
  };
  readonly WorkflowEnvironment: {
    readonly id: string;
    readonly name: string;
    readonly description: string;
    /** A JSON object, as text. */
    readonly variables: string;
    readonly scope: string;
    readonly project_id: string;
    /** `2026-11-22 18:29:12`, in UTC. */
    readonly created_at: string;
    readonly updated_at: string | null;
  };
  readonly WorkflowExecution: {
    readonly id: string;
    readonly workflow_id: string | null;
    readonly workflow_name: string;
    readonly workflow_namespace: string;
    readonly description: string;
    readonly tags: readonly string[];
    /** A JSON object, as text. */
    readonly params: string;
    /** Of a sub-workflow: the task that started it. */
    readonly task_execution_id: string | null;
    readonly root_execution_id: string | null;
    readonly state: 'IDLE' | 'RUNNING' | 'PAUSED' | 'SUCCESS' | 'ERROR' | 'CANCELLED';
    readonly state_info: string | null;
    /** A JSON object, as text. */
    readonly input: string;
    /** A JSON object, as text. */
    readonly output: string;
    /** `2026-11-22 18:29:12`, in UTC. */
    readonly created_at: string;
    /** `2026-11-22 18:29:12`, in UTC. */
    readonly updated_at: string;
    readonly project_id: string;
  };
}

export interface Operations {
  /** List the versions of the API */
  readonly 'GET /': {
    readonly path: {};
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** List the versions of the API */
  readonly 'GET /versions': {
    readonly path: {};
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Show version 1 of the API */
  readonly 'GET /v1': {
    readonly path: {};
    readonly query: {};
    readonly body: undefined;
    readonly answer: {
      readonly version: Schemas['Version'];
    };
  };
  /** Show version 1 of the API */
  readonly 'GET /v1/': {
    readonly path: {};
    readonly query: {};
    readonly body: undefined;
    readonly answer: {
      readonly version: Schemas['Version'];
    };
  };
  /** Show build information */
  readonly 'GET /v1/build-info': {
    readonly path: {};
    readonly query: {};
    readonly body: undefined;
    readonly answer: {
      readonly build_info: {
        readonly api: {
          readonly revision: string;
        };
        readonly engine: {
          readonly revision: string;
        };
      };
    };
  };
  /** List the processes of Coppice */
  readonly 'GET /v1/services': {
    readonly path: {};
    readonly query: {};
    readonly body: undefined;
    readonly answer: {
      readonly services: readonly Schemas['Service'][];
    };
  };
  /** List profile types */
  readonly 'GET /v1/profile-types': {
    readonly path: {};
    readonly query: {};
    readonly body: undefined;
    readonly answer: {
      readonly profile_types: readonly Schemas['ListedType'][];
    };
  };
  /** Show what a profile of a type may hold */
  readonly 'GET /v1/profile-types/{type}': {
    readonly path: {
      readonly type: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: {
      readonly profile_type: Schemas['Type'];
    };
  };
  /** List the operations of a profile type */
  readonly 'GET /v1/profile-types/{type}/ops': {
    readonly path: {
      readonly type: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: {
      readonly operations: JsonObject;
    };
  };
  /** List policy types */
  readonly 'GET /v1/policy-types': {
    readonly path: {};
    readonly query: {};
    readonly body: undefined;
    readonly answer: {
      readonly policy_types: readonly Schemas['ListedType'][];
    };
  };
  /** Show what a policy of a type may hold */
  readonly 'GET /v1/policy-types/{type}': {
    readonly path: {
      readonly type: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: {
      readonly policy_type: Schemas['Type'];
    };
  };
  /** Show the JSON Schema of a policy type, as an editor takes it. Not in Senlin */
  readonly 'GET /v1/policy-types/{type}/json-schema': {
    readonly path: {
      readonly type: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: JsonObject;
  };
  /** List profiles */
  readonly 'GET /v1/profiles': {
    readonly path: {};
    readonly query: {
      readonly sort?: string | undefined;
      readonly global_project?: boolean | string | undefined;
      readonly limit?: number | undefined;
      readonly marker?: string | undefined;
      readonly name?: readonly string[] | undefined;
      readonly type?: readonly string[] | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly profiles: readonly Schemas['Profile'][];
      /** There where the list was cut after 1000: the URL of what follows. */
      readonly profiles_links?: readonly {
        readonly href: string;
        readonly rel: 'next';
      }[];
    };
  };
  /** Create a profile */
  readonly 'POST /v1/profiles': {
    readonly path: {};
    readonly query: {};
    readonly body: {
      readonly profile: {
        readonly name: string;
        readonly spec: JsonObject;
        readonly metadata?: JsonObject | null;
      };
    };
    readonly answer: {
      readonly profile: Schemas['Profile'];
      readonly warnings?: readonly {
        readonly field: string;
        readonly expected: string;
        readonly found: string;
        readonly hint?: string;
      }[];
    };
  };
  /** Check the spec of a profile without creating it */
  readonly 'POST /v1/profiles/validate': {
    readonly path: {};
    readonly query: {};
    readonly body: {
      readonly profile: {
        readonly spec: JsonObject;
      };
    };
    readonly answer: {
      readonly profile: Schemas['ValidatedProfile'];
      readonly warnings?: readonly {
        readonly field: string;
        readonly expected: string;
        readonly found: string;
        readonly hint?: string;
      }[];
    };
  };
  /** Show a profile */
  readonly 'GET /v1/profiles/{profile}': {
    readonly path: {
      readonly profile: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: {
      readonly profile: Schemas['Profile'];
    };
  };
  /** Change a profile's name or metadata */
  readonly 'PATCH /v1/profiles/{profile}': {
    readonly path: {
      readonly profile: string;
    };
    readonly query: {};
    readonly body: {
      readonly profile: {
        readonly name?: string | null;
        readonly metadata?: JsonObject | null;
      };
    };
    readonly answer: {
      readonly profile: Schemas['Profile'];
    };
  };
  /** Delete a profile */
  readonly 'DELETE /v1/profiles/{profile}': {
    readonly path: {
      readonly profile: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** List policies */
  readonly 'GET /v1/policies': {
    readonly path: {};
    readonly query: {
      readonly sort?: string | undefined;
      readonly global_project?: boolean | string | undefined;
      readonly limit?: number | undefined;
      readonly marker?: string | undefined;
      readonly name?: readonly string[] | undefined;
      readonly type?: readonly string[] | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly policies: readonly Schemas['Policy'][];
      /** There where the list was cut after 1000: the URL of what follows. */
      readonly policies_links?: readonly {
        readonly href: string;
        readonly rel: 'next';
      }[];
    };
  };
  /** Create a policy */
  readonly 'POST /v1/policies': {
    readonly path: {};
    readonly query: {};
    readonly body: {
      readonly policy: {
        readonly name: string;
        readonly spec: JsonObject;
      };
    };
    readonly answer: {
      readonly policy: Schemas['Policy'];
      readonly warnings?: readonly {
        readonly field: string;
        readonly expected: string;
        readonly found: string;
        readonly hint?: string;
      }[];
    };
  };
  /** Check the spec of a policy without creating it */
  readonly 'POST /v1/policies/validate': {
    readonly path: {};
    readonly query: {};
    readonly body: {
      readonly policy: {
        readonly spec: JsonObject;
      };
    };
    readonly answer: {
      readonly policy: Schemas['ValidatedPolicy'];
      readonly warnings?: readonly {
        readonly field: string;
        readonly expected: string;
        readonly found: string;
        readonly hint?: string;
      }[];
    };
  };
  /** Show a policy */
  readonly 'GET /v1/policies/{policy}': {
    readonly path: {
      readonly policy: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: {
      readonly policy: Schemas['Policy'];
    };
  };
  /** Rename a policy */
  readonly 'PATCH /v1/policies/{policy}': {
    readonly path: {
      readonly policy: string;
    };
    readonly query: {};
    readonly body: {
      readonly policy: {
        readonly name: string;
      };
    };
    readonly answer: {
      readonly policy: Schemas['Policy'];
    };
  };
  /** Delete a policy */
  readonly 'DELETE /v1/policies/{policy}': {
    readonly path: {
      readonly policy: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** List clusters */
  readonly 'GET /v1/clusters': {
    readonly path: {};
    readonly query: {
      readonly sort?: string | undefined;
      readonly global_project?: boolean | string | undefined;
      readonly limit?: number | undefined;
      readonly marker?: string | undefined;
      readonly name?: readonly string[] | undefined;
      readonly status?: readonly ('INIT' | 'CREATING' | 'ACTIVE' | 'UPDATING' | 'DELETING' | 'RECOVERING' | 'OPERATING' | 'ERROR' | 'WARNING' | 'RESIZING' | 'CHECKING' | 'CRITICAL')[] | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly clusters: readonly Schemas['Cluster'][];
      /** There where the list was cut after 1000: the URL of what follows. */
      readonly clusters_links?: readonly {
        readonly href: string;
        readonly rel: 'next';
      }[];
    };
  };
  /** Create a cluster */
  readonly 'POST /v1/clusters': {
    readonly path: {};
    readonly query: {};
    readonly body: {
      readonly cluster: {
        readonly name: string;
        /** Id, name, or the first characters of an id. */
        readonly profile_id: string;
        readonly min_size?: number | string | null;
        readonly max_size?: number | string | null;
        readonly desired_capacity?: number | string | null;
        readonly timeout?: number | string | null;
        readonly metadata?: JsonObject | null;
        readonly config?: JsonObject | null;
      };
    };
    readonly answer: {
      readonly cluster: Schemas['Cluster'];
      readonly warnings?: readonly {
        readonly field: string;
        readonly expected: string;
        readonly found: string;
        readonly hint?: string;
      }[];
    };
  };
  /** Show a cluster */
  readonly 'GET /v1/clusters/{cluster}': {
    readonly path: {
      readonly cluster: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: {
      readonly cluster: Schemas['Cluster'];
    };
  };
  /** Change a cluster */
  readonly 'PATCH /v1/clusters/{cluster}': {
    readonly path: {
      readonly cluster: string;
    };
    readonly query: {
      readonly dry_run?: boolean | string | undefined;
    };
    readonly body: {
      readonly cluster: {
        readonly name?: string | null;
        readonly profile_id?: string | null;
        readonly profile_only?: boolean | string | null;
        readonly timeout?: number | string | null;
        readonly metadata?: JsonObject | null;
        readonly config?: JsonObject | null;
      };
    };
    readonly answer: {
      readonly plan: Schemas['Plan'];
    };
  };
  /** Delete a cluster with its nodes */
  readonly 'DELETE /v1/clusters/{cluster}': {
    readonly path: {
      readonly cluster: string;
    };
    readonly query: {
      readonly force?: boolean | string | undefined;
    };
    readonly body: {
      readonly force?: boolean | string | null;
    } | undefined;
    readonly answer: null;
  };
  /** Do something to a cluster */
  readonly 'POST /v1/clusters/{cluster}/actions': {
    readonly path: {
      readonly cluster: string;
    };
    readonly query: {
      readonly dry_run?: boolean | string | undefined;
    };
    readonly body: {
      readonly check?: { readonly [key: string]: never };
      readonly recover?: {
        readonly operation?: string | null;
        readonly operation_params?: JsonObject | null;
        readonly check?: boolean | string | null;
      };
      readonly resize?: {
        readonly adjustment_type?: 'EXACT_CAPACITY' | 'CHANGE_IN_CAPACITY' | 'CHANGE_IN_PERCENTAGE' | null;
        readonly number?: number | string | null;
        readonly min_size?: number | string | null;
        readonly max_size?: number | string | null;
        readonly min_step?: number | string | null;
        readonly strict?: boolean | string | null;
      };
      readonly scale_in?: {
        readonly count?: number | string | null;
      };
      readonly scale_out?: {
        readonly count?: number | string | null;
      };
      readonly policy_attach?: {
        /** Id, name, or the first characters of an id. */
        readonly policy_id: string;
        readonly enabled?: boolean | string | null;
      };
      readonly policy_update?: {
        /** Id, name, or the first characters of an id. */
        readonly policy_id: string;
        readonly enabled?: boolean | string | null;
      };
      readonly policy_detach?: {
        /** Id, name, or the first characters of an id. */
        readonly policy_id: string;
      };
      readonly add_nodes?: {
        readonly nodes: readonly string[];
      };
      readonly del_nodes?: {
        readonly nodes: readonly string[];
        readonly destroy_after_deletion?: boolean | string | null;
      };
      readonly replace_nodes?: {
        readonly nodes: { readonly [key: string]: string };
      };
      readonly complete_lifecycle?: {
        /** Id, name, or the first characters of an id. */
        readonly lifecycle_action_token: string;
      };
    };
    readonly answer: {
      readonly plan: Schemas['Plan'];
    };
  };
  /** List the policies attached to a cluster */
  readonly 'GET /v1/clusters/{cluster}/policies': {
    readonly path: {
      readonly cluster: string;
    };
    readonly query: {
      readonly sort?: string | undefined;
      readonly enabled?: readonly string[] | undefined;
      readonly policy_name?: readonly string[] | undefined;
      readonly policy_type?: readonly string[] | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly cluster_policies: readonly Schemas['ClusterPolicy'][];
    };
  };
  /** Show a policy attached to a cluster */
  readonly 'GET /v1/clusters/{cluster}/policies/{policy}': {
    readonly path: {
      readonly cluster: string;
      readonly policy: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: {
      readonly cluster_policy: Schemas['ClusterPolicy'];
    };
  };
  /** Show the profile that an existing server or stack would get as a node */
  readonly 'POST /v1/nodes/adopt-preview': {
    readonly path: {};
    readonly query: {};
    readonly body: {
      /** The server or stack, as its own API names it. */
      readonly identity: string;
      /** The profile type: `os.nova.server-1.0`. */
      readonly type: string;
      /** Properties of the profile that are not taken from what exists. */
      readonly overrides?: JsonObject | null;
      /** Only false: Coppice takes no snapshot. */
      readonly snapshot?: boolean | string | null;
    };
    readonly answer: {
      readonly node_preview: {
        readonly properties: JsonObject;
        readonly type: string;
        readonly version: string;
      };
      readonly node_profile: {
        readonly node_preview: {
          readonly properties: JsonObject;
          readonly type: string;
          readonly version: string;
        };
      };
    };
  };
  /** Make a node of an existing server or stack */
  readonly 'POST /v1/nodes/adopt': {
    readonly path: {};
    readonly query: {};
    readonly body: {
      /** The server or stack, as its own API names it. */
      readonly identity: string;
      /** The profile type: `os.nova.server-1.0`. */
      readonly type: string;
      /** Properties of the profile that are not taken from what exists. */
      readonly overrides?: JsonObject | null;
      /** Only false: Coppice takes no snapshot. */
      readonly snapshot?: boolean | string | null;
      readonly name?: string | null;
      readonly role?: string | null;
      readonly metadata?: JsonObject | null;
    };
    readonly answer: {
      readonly node: Schemas['Node'];
    };
  };
  /** List nodes */
  readonly 'GET /v1/nodes': {
    readonly path: {};
    readonly query: {
      readonly sort?: string | undefined;
      readonly global_project?: boolean | string | undefined;
      readonly limit?: number | undefined;
      readonly marker?: string | undefined;
      readonly name?: readonly string[] | undefined;
      readonly status?: readonly ('INIT' | 'CREATING' | 'ACTIVE' | 'UPDATING' | 'DELETING' | 'RECOVERING' | 'OPERATING' | 'ERROR' | 'WARNING')[] | undefined;
      readonly cluster_id?: readonly string[] | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly nodes: readonly Schemas['Node'][];
      /** There where the list was cut after 1000: the URL of what follows. */
      readonly nodes_links?: readonly {
        readonly href: string;
        readonly rel: 'next';
      }[];
    };
  };
  /** Create a node, alone or in a cluster */
  readonly 'POST /v1/nodes': {
    readonly path: {};
    readonly query: {};
    readonly body: {
      readonly node: {
        readonly name: string;
        /** Id, name, or the first characters of an id. */
        readonly profile_id: string;
        readonly cluster_id?: string | null;
        readonly role?: string | null;
        readonly metadata?: JsonObject | null;
      };
    };
    readonly answer: {
      readonly node: Schemas['Node'];
    };
  };
  /** Show a node */
  readonly 'GET /v1/nodes/{node}': {
    readonly path: {
      readonly node: string;
    };
    readonly query: {
      readonly show_details?: boolean | string | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly node: Schemas['Node'];
    };
  };
  /** Change a node */
  readonly 'PATCH /v1/nodes/{node}': {
    readonly path: {
      readonly node: string;
    };
    readonly query: {};
    readonly body: {
      readonly node: {
        readonly name?: string | null;
        readonly profile_id?: string | null;
        readonly role?: string | null;
        readonly metadata?: JsonObject | null;
        readonly tainted?: boolean | string | null;
      };
    };
    readonly answer: {
      readonly node: Schemas['Node'];
    };
  };
  /** Delete a node */
  readonly 'DELETE /v1/nodes/{node}': {
    readonly path: {
      readonly node: string;
    };
    readonly query: {
      readonly force?: boolean | string | undefined;
    };
    readonly body: {
      readonly force?: boolean | string | null;
    } | undefined;
    readonly answer: null;
  };
  /** Check or recover a node */
  readonly 'POST /v1/nodes/{node}/actions': {
    readonly path: {
      readonly node: string;
    };
    readonly query: {};
    readonly body: {
      readonly check?: { readonly [key: string]: never };
      readonly recover?: {
        readonly operation?: string | null;
        readonly operation_params?: JsonObject | null;
        readonly check?: boolean | string | null;
      };
    };
    readonly answer: Schemas['ActionId'];
  };
  /** Run an operation of the profile type on nodes of a cluster */
  readonly 'POST /v1/clusters/{cluster}/ops': {
    readonly path: {
      readonly cluster: string;
    };
    readonly query: {};
    readonly body: { readonly [key: string]: {
      readonly filters?: JsonObject | null;
      readonly params?: JsonObject | null;
    } };
    readonly answer: Schemas['ActionId'];
  };
  /** Run an operation of the profile type on a node */
  readonly 'POST /v1/nodes/{node}/ops': {
    readonly path: {
      readonly node: string;
    };
    readonly query: {};
    readonly body: { readonly [key: string]: JsonObject };
    readonly answer: Schemas['ActionId'];
  };
  /** Collect one attribute of all nodes of a cluster */
  readonly 'GET /v1/clusters/{cluster}/attrs/{path}': {
    readonly path: {
      readonly cluster: string;
      readonly path: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: {
      readonly cluster_attributes: readonly {
        readonly id: string;
        readonly value: Json;
      }[];
    };
  };
  /** All clusters, the worst first: what is wrong, what is done about it, and what an operator has to do */
  readonly 'GET /v1/health': {
    readonly path: {};
    readonly query: {};
    readonly body: undefined;
    readonly answer: {
      readonly health: Schemas['HealthOverview'];
    };
  };
  /** How a cluster and its nodes are, and what is done next */
  readonly 'GET /v1/clusters/{cluster}/health': {
    readonly path: {
      readonly cluster: string;
    };
    readonly query: {
      readonly healthy?: number | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly health: Schemas['ClusterHealth'];
    };
  };
  /** Pause the healing of a cluster: for some seconds, until a time, or until it is resumed */
  readonly 'POST /v1/clusters/{cluster}/health/pause': {
    readonly path: {
      readonly cluster: string;
    };
    readonly query: {};
    readonly body: {
      readonly pause: {
        readonly seconds?: number | string | null;
        readonly until?: string | null;
        readonly reason?: string | null;
      };
    };
    readonly answer: {
      readonly health: Schemas['ClusterHealth'];
    };
  };
  /** Resume the healing of a cluster */
  readonly 'POST /v1/clusters/{cluster}/health/resume': {
    readonly path: {
      readonly cluster: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: {
      readonly health: Schemas['ClusterHealth'];
    };
  };
  /** Close the breaker of a cluster: recoveries that did not help are forgotten */
  readonly 'POST /v1/clusters/{cluster}/health/breaker/reset': {
    readonly path: {
      readonly cluster: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: {
      readonly health: Schemas['ClusterHealth'];
    };
  };
  /** Release the outages of the zones of a cluster: their nodes are recovered */
  readonly 'POST /v1/clusters/{cluster}/health/zone-outage/release': {
    readonly path: {
      readonly cluster: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: {
      readonly health: Schemas['ClusterHealth'];
    };
  };
  /** How a node is, and what is done next */
  readonly 'GET /v1/nodes/{node}/health': {
    readonly path: {
      readonly node: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: {
      readonly health: Schemas['NodeHealth'];
    };
  };
  /** Exclude a node from healing: for some seconds, until a time, or until it is included */
  readonly 'POST /v1/nodes/{node}/health/exclude': {
    readonly path: {
      readonly node: string;
    };
    readonly query: {};
    readonly body: {
      readonly exclude: {
        readonly seconds?: number | string | null;
        readonly until?: string | null;
        readonly reason?: string | null;
      };
    };
    readonly answer: {
      readonly health: Schemas['NodeHealth'];
    };
  };
  /** Include a node in healing again */
  readonly 'POST /v1/nodes/{node}/health/include': {
    readonly path: {
      readonly node: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: {
      readonly health: Schemas['NodeHealth'];
    };
  };
  /** Release a node from quarantine: it may be recovered again */
  readonly 'POST /v1/nodes/{node}/health/release': {
    readonly path: {
      readonly node: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: {
      readonly health: Schemas['NodeHealth'];
    };
  };
  /** What would happen if these nodes failed now: the decisions, and nothing is touched */
  readonly 'POST /v1/clusters/{cluster}/simulate': {
    readonly path: {
      readonly cluster: string;
    };
    readonly query: {};
    readonly body: {
      readonly simulate: {
        readonly failures: readonly {
          /** Id, name, or the first characters of an id. */
          readonly node: string;
          readonly class: string;
          readonly reason?: string | null;
        }[];
        /** All nodes of these failure domains fail as well (HOST_DOWN where no class is given): zones, hosts or values of a label, as safety.zone_outage of the policy says; zones where it says nothing. */
        readonly fail_zones?: readonly {
          readonly name: string;
          readonly class?: string | null;
        }[] | null;
        readonly policy_id?: string | null;
        readonly spec?: JsonObject | null;
        readonly nothing_helps?: boolean | string | null;
        readonly failing?: readonly string[] | null;
      };
    };
    readonly answer: {
      readonly simulation: Schemas['Simulation'];
    };
  };
  /** List actions */
  readonly 'GET /v1/actions': {
    readonly path: {};
    readonly query: {
      readonly sort?: string | undefined;
      readonly global_project?: boolean | string | undefined;
      readonly limit?: number | undefined;
      readonly marker?: string | undefined;
      readonly name?: readonly string[] | undefined;
      readonly action?: readonly ('CLUSTER_CREATE' | 'CLUSTER_DELETE' | 'CLUSTER_UPDATE' | 'CLUSTER_RESIZE' | 'CLUSTER_SCALE_OUT' | 'CLUSTER_SCALE_IN' | 'CLUSTER_CHECK' | 'CLUSTER_RECOVER' | 'CLUSTER_ATTACH_POLICY' | 'CLUSTER_DETACH_POLICY' | 'CLUSTER_UPDATE_POLICY' | 'CLUSTER_ADD_NODES' | 'CLUSTER_DEL_NODES' | 'CLUSTER_REPLACE_NODES' | 'CLUSTER_OPERATION' | 'NODE_CREATE' | 'NODE_DELETE' | 'NODE_UPDATE' | 'NODE_JOIN' | 'NODE_LEAVE' | 'NODE_CHECK' | 'NODE_RECOVER' | 'NODE_OPERATION' | 'NODE_REGISTER' | 'NODE_TIDY' | 'RETAINED_DELETE')[] | undefined;
      readonly target?: readonly string[] | undefined;
      readonly status?: readonly ('INIT' | 'READY' | 'RUNNING' | 'WAITING' | 'WAITING_LIFECYCLE_COMPLETION' | 'SUSPENDED' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED')[] | undefined;
      readonly cluster_id?: readonly string[] | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly actions: readonly Schemas['Action'][];
      /** There where the list was cut after 1000: the URL of what follows. */
      readonly actions_links?: readonly {
        readonly href: string;
        readonly rel: 'next';
      }[];
    };
  };
  /** Refused: actions are created by requests for clusters and nodes */
  readonly 'POST /v1/actions': {
    readonly path: {};
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Show an action */
  readonly 'GET /v1/actions/{action}': {
    readonly path: {
      readonly action: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: {
      readonly action: Schemas['Action'];
    };
  };
  /** Cancel an action */
  readonly 'PATCH /v1/actions/{action}': {
    readonly path: {
      readonly action: string;
    };
    readonly query: {
      readonly force?: boolean | string | undefined;
    };
    readonly body: {
      readonly action: {
        /** CANCELLED */
        readonly status: string;
      };
    };
    readonly answer: {
      readonly action: Schemas['Action'];
    };
  };
  /** List events */
  readonly 'GET /v1/events': {
    readonly path: {};
    readonly query: {
      readonly sort?: string | undefined;
      readonly global_project?: boolean | string | undefined;
      readonly limit?: number | undefined;
      readonly marker?: string | undefined;
      readonly oname?: readonly string[] | undefined;
      readonly otype?: readonly string[] | undefined;
      readonly oid?: readonly string[] | undefined;
      readonly cluster_id?: readonly string[] | undefined;
      readonly action?: readonly string[] | undefined;
      readonly level?: readonly ('DEBUG' | 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL')[] | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly events: readonly Schemas['Event'][];
      /** There where the list was cut after 1000: the URL of what follows. */
      readonly events_links?: readonly {
        readonly href: string;
        readonly rel: 'next';
      }[];
    };
  };
  /** Delete old events; not of Senlin */
  readonly 'POST /v1/events/purge': {
    readonly path: {};
    readonly query: {};
    readonly body: {
      readonly purge: {
        /** Seconds. */
        readonly older_than: number | string;
        /** Of this cluster and its nodes, also where it is gone (its id); absent: of all. */
        readonly cluster_id?: string;
      };
    };
    readonly answer: {
      readonly purge: {
        readonly deleted: number;
      };
    };
  };
  /** Show an event */
  readonly 'GET /v1/events/{event}': {
    readonly path: {
      readonly event: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: {
      readonly event: Schemas['Event'];
    };
  };
  /** Follow the events of a cluster as they happen (server-sent events) */
  readonly 'GET /v1/clusters/{cluster}/events/stream': {
    readonly path: {
      readonly cluster: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: string;
  };
  /** List recoveries, the newest first */
  readonly 'GET /v1/recoveries': {
    readonly path: {};
    readonly query: {
      readonly node?: string | undefined;
      readonly cluster?: string | undefined;
      readonly action?: string | undefined;
      readonly execution?: string | undefined;
      readonly state?: readonly ('OPEN' | 'RECOVERED' | 'SELF_HEALED' | 'EXHAUSTED' | 'CANCELLED')[] | undefined;
      readonly limit?: number | undefined;
      readonly marker?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly recoveries: readonly Schemas['RecoverySummary'][];
    };
  };
  /** Show a recovery: its steps, and each decision with its reason */
  readonly 'GET /v1/recoveries/{recovery}': {
    readonly path: {
      readonly recovery: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: {
      readonly recovery: Schemas['Recovery'];
    };
  };
  /** End a recovery: what runs is cancelled, one that is held is closed. Exclude the node to keep it from being recovered again */
  readonly 'POST /v1/recoveries/{recovery}/cancel': {
    readonly path: {
      readonly recovery: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: {
      /** How what runs ends, what stays as it is, and when the node is recovered again. */
      readonly follows: readonly string[];
      readonly recovery: Schemas['Recovery'];
    };
  };
  /** Say that what a failed hook was for is done: the warning on the node ends */
  readonly 'POST /v1/recoveries/{recovery}/acknowledge': {
    readonly path: {
      readonly recovery: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: {
      readonly recovery: Schemas['Recovery'];
    };
  };
  /** List the processes and servers that are kept after a recovery, the newest first */
  readonly 'GET /v1/retained': {
    readonly path: {};
    readonly query: {
      readonly cluster?: string | undefined;
      readonly node?: string | undefined;
      readonly recovery?: string | undefined;
      readonly limit?: number | undefined;
      readonly marker?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly retained: readonly Schemas['Retained'][];
    };
  };
  /** Show one process or server that is kept */
  readonly 'GET /v1/retained/{retained}': {
    readonly path: {
      readonly retained: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: {
      readonly retained: Schemas['Retained'];
    };
  };
  /** Remove what is kept before its time is over */
  readonly 'DELETE /v1/retained/{retained}': {
    readonly path: {
      readonly retained: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: null;
  };
  /** List receivers */
  readonly 'GET /v1/receivers': {
    readonly path: {};
    readonly query: {
      readonly sort?: string | undefined;
      readonly global_project?: boolean | string | undefined;
      readonly limit?: number | undefined;
      readonly marker?: string | undefined;
      readonly name?: readonly string[] | undefined;
      readonly type?: readonly ('webhook' | 'message')[] | undefined;
      readonly cluster_id?: readonly string[] | undefined;
      readonly action?: readonly ('CLUSTER_CREATE' | 'CLUSTER_DELETE' | 'CLUSTER_UPDATE' | 'CLUSTER_RESIZE' | 'CLUSTER_SCALE_OUT' | 'CLUSTER_SCALE_IN' | 'CLUSTER_CHECK' | 'CLUSTER_RECOVER' | 'CLUSTER_ATTACH_POLICY' | 'CLUSTER_DETACH_POLICY' | 'CLUSTER_UPDATE_POLICY' | 'CLUSTER_ADD_NODES' | 'CLUSTER_DEL_NODES' | 'CLUSTER_REPLACE_NODES' | 'CLUSTER_OPERATION')[] | undefined;
      readonly user?: readonly string[] | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly receivers: readonly Schemas['Receiver'][];
      /** There where the list was cut after 1000: the URL of what follows. */
      readonly receivers_links?: readonly {
        readonly href: string;
        readonly rel: 'next';
      }[];
    };
  };
  /** Create a receiver */
  readonly 'POST /v1/receivers': {
    readonly path: {};
    readonly query: {};
    readonly body: {
      readonly receiver: {
        readonly name: string;
        readonly type: 'webhook' | 'message';
        readonly cluster_id?: string | null;
        readonly action?: 'CLUSTER_ADD_NODES' | 'CLUSTER_ATTACH_POLICY' | 'CLUSTER_CHECK' | 'CLUSTER_DELETE' | 'CLUSTER_DEL_NODES' | 'CLUSTER_DETACH_POLICY' | 'CLUSTER_RECOVER' | 'CLUSTER_REPLACE_NODES' | 'CLUSTER_RESIZE' | 'CLUSTER_SCALE_IN' | 'CLUSTER_SCALE_OUT' | 'CLUSTER_UPDATE_POLICY' | null;
        /** Accepted as in Senlin, and not used. */
        readonly actor?: JsonObject | null;
        readonly params?: JsonObject | null;
      };
    };
    readonly answer: {
      readonly receiver: Schemas['Receiver'];
    };
  };
  /** Show a receiver */
  readonly 'GET /v1/receivers/{receiver}': {
    readonly path: {
      readonly receiver: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: {
      readonly receiver: Schemas['Receiver'];
    };
  };
  /** Change a receiver; its URL stays */
  readonly 'PATCH /v1/receivers/{receiver}': {
    readonly path: {
      readonly receiver: string;
    };
    readonly query: {};
    readonly body: {
      readonly receiver: {
        readonly name?: string | null;
        readonly action?: 'CLUSTER_ADD_NODES' | 'CLUSTER_ATTACH_POLICY' | 'CLUSTER_CHECK' | 'CLUSTER_DELETE' | 'CLUSTER_DEL_NODES' | 'CLUSTER_DETACH_POLICY' | 'CLUSTER_RECOVER' | 'CLUSTER_REPLACE_NODES' | 'CLUSTER_RESIZE' | 'CLUSTER_SCALE_IN' | 'CLUSTER_SCALE_OUT' | 'CLUSTER_UPDATE_POLICY' | null;
        readonly params?: JsonObject | null;
      };
    };
    readonly answer: {
      readonly receiver: Schemas['Receiver'];
    };
  };
  /** Delete a receiver: its URL does nothing any more */
  readonly 'DELETE /v1/receivers/{receiver}': {
    readonly path: {
      readonly receiver: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not supported: receivers of messages need Zaqar */
  readonly 'POST /v1/receivers/{receiver}/notify': {
    readonly path: {
      readonly receiver: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Start the action of a receiver, as its user */
  readonly 'POST /v1/webhooks/{receiver}/trigger': {
    readonly path: {
      readonly receiver: string;
    };
    readonly query: {
      readonly V?: Json | undefined;
    };
    readonly body: JsonObject | undefined;
    readonly answer: {
      readonly action: string;
      readonly warnings?: readonly {
        readonly field: string;
        readonly expected: string;
        readonly found: string;
        readonly hint?: string;
      }[];
    };
  };
  /** Where the workflow API is */
  readonly 'GET /v2': {
    readonly path: {};
    readonly query: {};
    readonly body: undefined;
    readonly answer: {
      readonly uri: string;
    };
  };
  /** Where the workflow API is */
  readonly 'GET /v2/': {
    readonly path: {};
    readonly query: {};
    readonly body: undefined;
    readonly answer: {
      readonly uri: string;
    };
  };
  /** Check a definition without creating it (workflow) */
  readonly 'POST /v2/workflows/validate': {
    readonly path: {};
    readonly query: {
      readonly namespace?: string | undefined;
      readonly scope?: string | undefined;
    };
    readonly body: string;
    readonly answer: {
      readonly valid: boolean;
      readonly error?: string;
      readonly warnings?: readonly {
        readonly path: string;
        readonly message: string;
        readonly line?: number;
        readonly column?: number;
      }[];
    };
  };
  /** Create the workflows of a definition */
  readonly 'POST /v2/workflows': {
    readonly path: {};
    readonly query: {
      readonly namespace?: string | undefined;
      readonly scope?: string | undefined;
    };
    readonly body: string;
    readonly answer: {
      readonly workflows: readonly Schemas['Workflow'][];
    };
  };
  /** Replace workflows by name */
  readonly 'PUT /v2/workflows': {
    readonly path: {};
    readonly query: {
      readonly namespace?: string | undefined;
      readonly scope?: string | undefined;
      readonly create_missing?: 'true' | 'false' | undefined;
    };
    readonly body: string;
    readonly answer: {
      readonly workflows: readonly Schemas['Workflow'][];
    };
  };
  /** List workflows */
  readonly 'GET /v2/workflows': {
    readonly path: {};
    readonly query: {
      readonly limit?: string | undefined;
      readonly marker?: string | undefined;
      readonly sort_keys?: string | undefined;
      readonly sort_dirs?: string | undefined;
      readonly fields?: string | undefined;
      readonly nulls?: string | undefined;
      readonly all_projects?: string | undefined;
      readonly include_output?: string | undefined;
      readonly id?: string | undefined;
      readonly name?: string | undefined;
      readonly namespace?: string | undefined;
      readonly scope?: string | undefined;
      readonly tags?: string | undefined;
      readonly created_at?: string | undefined;
      readonly updated_at?: string | undefined;
      readonly project_id?: string | undefined;
      readonly input?: string | undefined;
      readonly interface?: string | undefined;
      readonly definition?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly workflows: readonly {
        readonly id?: string;
        readonly name?: string;
        readonly namespace?: string;
        readonly tags?: readonly string[];
        readonly scope?: string;
        readonly project_id?: string;
        /** `2026-11-22 18:29:12`, in UTC. */
        readonly created_at?: string;
        readonly updated_at?: string | null;
        /** `node, grace="2"` */
        readonly input?: string;
        readonly interface?: JsonObject | string;
        /** The YAML. */
        readonly definition?: string;
      }[];
      /** URL of the next page, where there may be one. */
      readonly next?: string;
    };
  };
  /** Replace one workflow */
  readonly 'PUT /v2/workflows/{id}': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {
      readonly namespace?: string | undefined;
      readonly scope?: string | undefined;
      readonly create_missing?: 'true' | 'false' | undefined;
    };
    readonly body: string;
    readonly answer: {
      readonly workflows: readonly Schemas['Workflow'][];
    };
  };
  /** Show a workflow, by name or id */
  readonly 'GET /v2/workflows/{id}': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {
      readonly namespace?: string | undefined;
      readonly fields?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: Schemas['Workflow'];
  };
  /** Delete a definition (workflow); its executions continue */
  readonly 'DELETE /v2/workflows/{id}': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {
      readonly namespace?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Check a definition without creating it (workbook) */
  readonly 'POST /v2/workbooks/validate': {
    readonly path: {};
    readonly query: {
      readonly namespace?: string | undefined;
      readonly scope?: string | undefined;
    };
    readonly body: string;
    readonly answer: {
      readonly valid: boolean;
      readonly error?: string;
      readonly warnings?: readonly {
        readonly path: string;
        readonly message: string;
        readonly line?: number;
        readonly column?: number;
      }[];
    };
  };
  /** Create a workbook with its workflows and actions */
  readonly 'POST /v2/workbooks': {
    readonly path: {};
    readonly query: {
      readonly namespace?: string | undefined;
      readonly scope?: string | undefined;
    };
    readonly body: string;
    readonly answer: Schemas['Workbook'];
  };
  /** Replace a workbook by name */
  readonly 'PUT /v2/workbooks': {
    readonly path: {};
    readonly query: {
      readonly namespace?: string | undefined;
      readonly scope?: string | undefined;
      readonly create_missing?: 'true' | 'false' | undefined;
    };
    readonly body: string;
    readonly answer: Schemas['Workbook'];
  };
  /** List workbooks */
  readonly 'GET /v2/workbooks': {
    readonly path: {};
    readonly query: {
      readonly limit?: string | undefined;
      readonly marker?: string | undefined;
      readonly sort_keys?: string | undefined;
      readonly sort_dirs?: string | undefined;
      readonly fields?: string | undefined;
      readonly nulls?: string | undefined;
      readonly all_projects?: string | undefined;
      readonly include_output?: string | undefined;
      readonly id?: string | undefined;
      readonly name?: string | undefined;
      readonly namespace?: string | undefined;
      readonly scope?: string | undefined;
      readonly tags?: string | undefined;
      readonly created_at?: string | undefined;
      readonly updated_at?: string | undefined;
      readonly project_id?: string | undefined;
      readonly definition?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly workbooks: readonly {
        readonly id?: string;
        readonly name?: string;
        readonly namespace?: string;
        readonly tags?: readonly string[];
        readonly scope?: string;
        readonly project_id?: string;
        /** `2026-11-22 18:29:12`, in UTC. */
        readonly created_at?: string;
        readonly updated_at?: string | null;
        /** The YAML. */
        readonly definition?: string;
      }[];
      /** URL of the next page, where there may be one. */
      readonly next?: string;
    };
  };
  /** Show a workbook */
  readonly 'GET /v2/workbooks/{id}': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {
      readonly namespace?: string | undefined;
      readonly fields?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: Schemas['Workbook'];
  };
  /** Delete a definition (workbook); its executions continue */
  readonly 'DELETE /v2/workbooks/{id}': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {
      readonly namespace?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Check a definition without creating it (action) */
  readonly 'POST /v2/actions/validate': {
    readonly path: {};
    readonly query: {
      readonly namespace?: string | undefined;
      readonly scope?: string | undefined;
    };
    readonly body: string;
    readonly answer: {
      readonly valid: boolean;
      readonly error?: string;
      readonly warnings?: readonly {
        readonly path: string;
        readonly message: string;
        readonly line?: number;
        readonly column?: number;
      }[];
    };
  };
  /** Create ad-hoc actions */
  readonly 'POST /v2/actions': {
    readonly path: {};
    readonly query: {
      readonly namespace?: string | undefined;
      readonly scope?: string | undefined;
    };
    readonly body: string;
    readonly answer: {
      readonly actions: readonly Schemas['WorkflowAction'][];
    };
  };
  /** Replace ad-hoc actions by name */
  readonly 'PUT /v2/actions': {
    readonly path: {};
    readonly query: {
      readonly namespace?: string | undefined;
      readonly scope?: string | undefined;
      readonly create_missing?: 'true' | 'false' | undefined;
    };
    readonly body: string;
    readonly answer: {
      readonly actions: readonly Schemas['WorkflowAction'][];
    };
  };
  /** List actions */
  readonly 'GET /v2/actions': {
    readonly path: {};
    readonly query: {
      readonly limit?: string | undefined;
      readonly marker?: string | undefined;
      readonly sort_keys?: string | undefined;
      readonly sort_dirs?: string | undefined;
      readonly fields?: string | undefined;
      readonly nulls?: string | undefined;
      readonly all_projects?: string | undefined;
      readonly include_output?: string | undefined;
      readonly id?: string | undefined;
      readonly name?: string | undefined;
      readonly namespace?: string | undefined;
      readonly scope?: string | undefined;
      readonly tags?: string | undefined;
      readonly created_at?: string | undefined;
      readonly updated_at?: string | undefined;
      readonly project_id?: string | undefined;
      readonly is_system?: string | undefined;
      readonly description?: string | undefined;
      readonly input?: string | undefined;
      readonly definition?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly actions: readonly {
        readonly id?: string;
        readonly name?: string;
        readonly namespace?: string;
        readonly tags?: readonly string[];
        readonly scope?: string;
        readonly project_id?: string | null;
        readonly created_at?: string | null;
        readonly updated_at?: string | null;
        /** Built in: there is no definition. */
        readonly is_system?: boolean;
        readonly description?: string | null;
        readonly input?: string;
        readonly definition?: string | null;
      }[];
      /** URL of the next page, where there may be one. */
      readonly next?: string;
    };
  };
  /** Replace one ad-hoc action */
  readonly 'PUT /v2/actions/{id}': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {
      readonly namespace?: string | undefined;
      readonly scope?: string | undefined;
      readonly create_missing?: 'true' | 'false' | undefined;
    };
    readonly body: string;
    readonly answer: {
      readonly actions: readonly Schemas['WorkflowAction'][];
    };
  };
  /** Show an action, by name or id */
  readonly 'GET /v2/actions/{id}': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {
      readonly namespace?: string | undefined;
      readonly fields?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: Schemas['WorkflowAction'];
  };
  /** Delete an ad-hoc action; its running executions continue */
  readonly 'DELETE /v2/actions/{id}': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {
      readonly namespace?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Show an action, by name or id */
  readonly 'GET /v2/actions/{id}/': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {
      readonly namespace?: string | undefined;
      readonly fields?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: Schemas['WorkflowAction'];
  };
  /** Delete an ad-hoc action; its running executions continue */
  readonly 'DELETE /v2/actions/{id}/': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {
      readonly namespace?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Show an action, by name or id */
  readonly 'GET /v2/actions/{id}/{namespace}': {
    readonly path: {
      readonly id: string;
      readonly namespace: string;
    };
    readonly query: {
      readonly namespace?: string | undefined;
      readonly fields?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: Schemas['WorkflowAction'];
  };
  /** Delete an ad-hoc action; its running executions continue */
  readonly 'DELETE /v2/actions/{id}/{namespace}': {
    readonly path: {
      readonly id: string;
      readonly namespace: string;
    };
    readonly query: {
      readonly namespace?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Start an execution; with an id that is known, show it */
  readonly 'POST /v2/executions': {
    readonly path: {};
    readonly query: {};
    readonly body: {
      /** Chosen by the client: a second start with it shows the execution that is there. */
      readonly id?: string | null;
      readonly workflow_id?: string | null;
      readonly workflow_name?: string | null;
      readonly workflow_namespace?: string | null;
      readonly description?: string | null;
      readonly input?: JsonObject | string | null;
      readonly params?: JsonObject | string | null;
      /** Its workflow, input and params are taken. */
      readonly source_execution_id?: string | null;
      /** IDLE, RUNNING, PAUSED, SUCCESS, ERROR, CANCELLED */
      readonly state?: string | null;
      readonly state_info?: string | null;
      readonly output?: Json;
      readonly tags?: Json;
      readonly task_execution_id?: Json;
      readonly root_execution_id?: Json;
      readonly project_id?: Json;
      readonly created_at?: Json;
      readonly updated_at?: Json;
    };
    readonly answer: Schemas['WorkflowExecution'];
  };
  /** List executions */
  readonly 'GET /v2/executions': {
    readonly path: {};
    readonly query: {
      readonly limit?: string | undefined;
      readonly marker?: string | undefined;
      readonly sort_keys?: string | undefined;
      readonly sort_dirs?: string | undefined;
      readonly fields?: string | undefined;
      readonly nulls?: string | undefined;
      readonly all_projects?: string | undefined;
      readonly include_output?: string | undefined;
      readonly id?: string | undefined;
      readonly description?: string | undefined;
      readonly state?: string | undefined;
      readonly state_info?: string | undefined;
      readonly input?: string | undefined;
      readonly output?: string | undefined;
      readonly params?: string | undefined;
      readonly workflow_id?: string | undefined;
      readonly created_at?: string | undefined;
      readonly updated_at?: string | undefined;
      readonly workflow_name?: string | undefined;
      readonly workflow_namespace?: string | undefined;
      readonly task_execution_id?: string | undefined;
      readonly root_execution_id?: string | undefined;
      readonly parent_execution_id?: string | undefined;
      readonly project_id?: string | undefined;
      readonly tags?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly executions: readonly {
        readonly id?: string;
        readonly workflow_id?: string | null;
        readonly workflow_name?: string;
        readonly workflow_namespace?: string;
        readonly description?: string;
        readonly tags?: readonly string[];
        /** A JSON object, as text. */
        readonly params?: string;
        /** Of a sub-workflow: the task that started it. */
        readonly task_execution_id?: string | null;
        readonly root_execution_id?: string | null;
        readonly state?: 'IDLE' | 'RUNNING' | 'PAUSED' | 'SUCCESS' | 'ERROR' | 'CANCELLED';
        readonly state_info?: string | null;
        /** A JSON object, as text. */
        readonly input?: string;
        /** A JSON object, as text. */
        readonly output?: string;
        /** `2026-11-22 18:29:12`, in UTC. */
        readonly created_at?: string;
        /** `2026-11-22 18:29:12`, in UTC. */
        readonly updated_at?: string;
        readonly project_id?: string;
      }[];
      /** URL of the next page, where there may be one. */
      readonly next?: string;
    };
  };
  /** Show an execution */
  readonly 'GET /v2/executions/{id}': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: Schemas['FullWorkflowExecution'];
  };
  /** Pause, resume, cancel or end an execution by force, change its environment, or describe it */
  readonly 'PUT /v2/executions/{id}': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {};
    readonly body: {
      /** Chosen by the client: a second start with it shows the execution that is there. */
      readonly id?: string | null;
      readonly workflow_id?: string | null;
      readonly workflow_name?: string | null;
      readonly workflow_namespace?: string | null;
      readonly description?: string | null;
      readonly input?: JsonObject | string | null;
      readonly params?: JsonObject | string | null;
      /** Its workflow, input and params are taken. */
      readonly source_execution_id?: string | null;
      /** IDLE, RUNNING, PAUSED, SUCCESS, ERROR, CANCELLED */
      readonly state?: string | null;
      readonly state_info?: string | null;
      readonly output?: Json;
      readonly tags?: Json;
      readonly task_execution_id?: Json;
      readonly root_execution_id?: Json;
      readonly project_id?: Json;
      readonly created_at?: Json;
      readonly updated_at?: Json;
    };
    readonly answer: Schemas['FullWorkflowExecution'];
  };
  /** Delete an execution with all that belongs to it */
  readonly 'DELETE /v2/executions/{id}': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {
      readonly force?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** List the sub-executions of an execution */
  readonly 'GET /v2/executions/{id}/executions': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {
      readonly limit?: string | undefined;
      readonly marker?: string | undefined;
      readonly sort_keys?: string | undefined;
      readonly sort_dirs?: string | undefined;
      readonly fields?: string | undefined;
      readonly nulls?: string | undefined;
      readonly all_projects?: string | undefined;
      readonly include_output?: string | undefined;
      readonly id?: string | undefined;
      readonly description?: string | undefined;
      readonly state?: string | undefined;
      readonly state_info?: string | undefined;
      readonly input?: string | undefined;
      readonly output?: string | undefined;
      readonly params?: string | undefined;
      readonly workflow_id?: string | undefined;
      readonly created_at?: string | undefined;
      readonly updated_at?: string | undefined;
      readonly workflow_name?: string | undefined;
      readonly workflow_namespace?: string | undefined;
      readonly task_execution_id?: string | undefined;
      readonly root_execution_id?: string | undefined;
      readonly parent_execution_id?: string | undefined;
      readonly project_id?: string | undefined;
      readonly tags?: string | undefined;
      readonly errors_only?: string | undefined;
      readonly max_depth?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly executions: readonly {
        readonly id?: string;
        readonly workflow_id?: string | null;
        readonly workflow_name?: string;
        readonly workflow_namespace?: string;
        readonly description?: string;
        readonly tags?: readonly string[];
        /** A JSON object, as text. */
        readonly params?: string;
        /** Of a sub-workflow: the task that started it. */
        readonly task_execution_id?: string | null;
        readonly root_execution_id?: string | null;
        readonly state?: 'IDLE' | 'RUNNING' | 'PAUSED' | 'SUCCESS' | 'ERROR' | 'CANCELLED';
        readonly state_info?: string | null;
        /** A JSON object, as text. */
        readonly input?: string;
        /** A JSON object, as text. */
        readonly output?: string;
        /** `2026-11-22 18:29:12`, in UTC. */
        readonly created_at?: string;
        /** `2026-11-22 18:29:12`, in UTC. */
        readonly updated_at?: string;
        readonly project_id?: string;
      }[];
      /** URL of the next page, where there may be one. */
      readonly next?: string;
    };
  };
  /** Show an execution as a tree, with statistics */
  readonly 'GET /v2/executions/{id}/report': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {
      readonly errors_only?: string | undefined;
      readonly max_depth?: string | undefined;
      readonly statistics_only?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly statistics: { readonly [key: string]: number };
      readonly root_workflow_execution?: JsonObject;
    };
  };
  /** List tasks */
  readonly 'GET /v2/tasks': {
    readonly path: {};
    readonly query: {
      readonly limit?: string | undefined;
      readonly marker?: string | undefined;
      readonly sort_keys?: string | undefined;
      readonly sort_dirs?: string | undefined;
      readonly fields?: string | undefined;
      readonly nulls?: string | undefined;
      readonly all_projects?: string | undefined;
      readonly include_output?: string | undefined;
      readonly id?: string | undefined;
      readonly name?: string | undefined;
      readonly type?: string | undefined;
      readonly state?: string | undefined;
      readonly state_info?: string | undefined;
      readonly published?: string | undefined;
      readonly created_at?: string | undefined;
      readonly updated_at?: string | undefined;
      readonly started_at?: string | undefined;
      readonly finished_at?: string | undefined;
      readonly workflow_execution_id?: string | undefined;
      readonly workflow_name?: string | undefined;
      readonly workflow_namespace?: string | undefined;
      readonly workflow_id?: string | undefined;
      readonly tags?: string | undefined;
      readonly project_id?: string | undefined;
      readonly runtime_context?: string | undefined;
      readonly processed?: string | undefined;
      readonly result?: string | undefined;
      readonly env?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly tasks: readonly {
        readonly id?: string;
        readonly name?: string;
        readonly type?: 'ACTION' | 'WORKFLOW';
        readonly workflow_name?: string;
        readonly workflow_namespace?: string;
        readonly workflow_id?: string | null;
        readonly workflow_execution_id?: string;
        readonly state?: 'IDLE' | 'WAITING' | 'DELAYED' | 'RUNNING' | 'PAUSED' | 'SUCCESS' | 'ERROR' | 'CANCELLED' | 'SKIPPED';
        readonly state_info?: string | null;
        readonly tags?: readonly string[];
        readonly project_id?: string;
        /** A JSON object, as text. */
        readonly runtime_context?: string;
        /** A JSON object, as text. */
        readonly published?: string;
        readonly processed?: boolean;
        /** `2026-11-22 18:29:12`, in UTC. */
        readonly created_at?: string;
        /** `2026-11-22 18:29:12`, in UTC. */
        readonly updated_at?: string;
        readonly started_at?: string | null;
        readonly finished_at?: string | null;
      }[];
      /** URL of the next page, where there may be one. */
      readonly next?: string;
    };
  };
  /** List the tasks of an execution */
  readonly 'GET /v2/executions/{id}/tasks': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {
      readonly limit?: string | undefined;
      readonly marker?: string | undefined;
      readonly sort_keys?: string | undefined;
      readonly sort_dirs?: string | undefined;
      readonly fields?: string | undefined;
      readonly nulls?: string | undefined;
      readonly all_projects?: string | undefined;
      readonly include_output?: string | undefined;
      readonly id?: string | undefined;
      readonly name?: string | undefined;
      readonly type?: string | undefined;
      readonly state?: string | undefined;
      readonly state_info?: string | undefined;
      readonly published?: string | undefined;
      readonly created_at?: string | undefined;
      readonly updated_at?: string | undefined;
      readonly started_at?: string | undefined;
      readonly finished_at?: string | undefined;
      readonly workflow_execution_id?: string | undefined;
      readonly workflow_name?: string | undefined;
      readonly workflow_namespace?: string | undefined;
      readonly workflow_id?: string | undefined;
      readonly tags?: string | undefined;
      readonly project_id?: string | undefined;
      readonly runtime_context?: string | undefined;
      readonly processed?: string | undefined;
      readonly result?: string | undefined;
      readonly env?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly tasks: readonly {
        readonly id?: string;
        readonly name?: string;
        readonly type?: 'ACTION' | 'WORKFLOW';
        readonly workflow_name?: string;
        readonly workflow_namespace?: string;
        readonly workflow_id?: string | null;
        readonly workflow_execution_id?: string;
        readonly state?: 'IDLE' | 'WAITING' | 'DELAYED' | 'RUNNING' | 'PAUSED' | 'SUCCESS' | 'ERROR' | 'CANCELLED' | 'SKIPPED';
        readonly state_info?: string | null;
        readonly tags?: readonly string[];
        readonly project_id?: string;
        /** A JSON object, as text. */
        readonly runtime_context?: string;
        /** A JSON object, as text. */
        readonly published?: string;
        readonly processed?: boolean;
        /** `2026-11-22 18:29:12`, in UTC. */
        readonly created_at?: string;
        /** `2026-11-22 18:29:12`, in UTC. */
        readonly updated_at?: string;
        readonly started_at?: string | null;
        readonly finished_at?: string | null;
      }[];
      /** URL of the next page, where there may be one. */
      readonly next?: string;
    };
  };
  /** Show a task with its result */
  readonly 'GET /v2/tasks/{id}': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {
      readonly fields?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: Schemas['FullTaskExecution'];
  };
  /** Run a failed task again, or skip it */
  readonly 'PUT /v2/tasks/{id}': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {};
    readonly body: {
      readonly id?: Json;
      readonly name?: string | null;
      readonly workflow_name?: string | null;
      readonly workflow_execution_id?: Json;
      /** RUNNING: run the task again. SKIPPED: skip it, and continue after it. */
      readonly state?: string | null;
      /** false: of with-items only what failed. */
      readonly reset?: boolean | null;
      readonly env?: JsonObject | string | null;
    };
    readonly answer: Schemas['FullTaskExecution'];
  };
  /** List the sub-executions of a task */
  readonly 'GET /v2/tasks/{id}/workflow_executions': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {
      readonly limit?: string | undefined;
      readonly marker?: string | undefined;
      readonly sort_keys?: string | undefined;
      readonly sort_dirs?: string | undefined;
      readonly fields?: string | undefined;
      readonly nulls?: string | undefined;
      readonly all_projects?: string | undefined;
      readonly include_output?: string | undefined;
      readonly id?: string | undefined;
      readonly description?: string | undefined;
      readonly state?: string | undefined;
      readonly state_info?: string | undefined;
      readonly input?: string | undefined;
      readonly output?: string | undefined;
      readonly params?: string | undefined;
      readonly workflow_id?: string | undefined;
      readonly created_at?: string | undefined;
      readonly updated_at?: string | undefined;
      readonly workflow_name?: string | undefined;
      readonly workflow_namespace?: string | undefined;
      readonly task_execution_id?: string | undefined;
      readonly root_execution_id?: string | undefined;
      readonly parent_execution_id?: string | undefined;
      readonly project_id?: string | undefined;
      readonly tags?: string | undefined;
      readonly errors_only?: string | undefined;
      readonly max_depth?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly executions: readonly {
        readonly id?: string;
        readonly workflow_id?: string | null;
        readonly workflow_name?: string;
        readonly workflow_namespace?: string;
        readonly description?: string;
        readonly tags?: readonly string[];
        /** A JSON object, as text. */
        readonly params?: string;
        /** Of a sub-workflow: the task that started it. */
        readonly task_execution_id?: string | null;
        readonly root_execution_id?: string | null;
        readonly state?: 'IDLE' | 'RUNNING' | 'PAUSED' | 'SUCCESS' | 'ERROR' | 'CANCELLED';
        readonly state_info?: string | null;
        /** A JSON object, as text. */
        readonly input?: string;
        /** A JSON object, as text. */
        readonly output?: string;
        /** `2026-11-22 18:29:12`, in UTC. */
        readonly created_at?: string;
        /** `2026-11-22 18:29:12`, in UTC. */
        readonly updated_at?: string;
        readonly project_id?: string;
      }[];
      /** URL of the next page, where there may be one. */
      readonly next?: string;
    };
  };
  /** List the sub-executions of a task */
  readonly 'GET /v2/tasks/{id}/executions': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {
      readonly limit?: string | undefined;
      readonly marker?: string | undefined;
      readonly sort_keys?: string | undefined;
      readonly sort_dirs?: string | undefined;
      readonly fields?: string | undefined;
      readonly nulls?: string | undefined;
      readonly all_projects?: string | undefined;
      readonly include_output?: string | undefined;
      readonly id?: string | undefined;
      readonly description?: string | undefined;
      readonly state?: string | undefined;
      readonly state_info?: string | undefined;
      readonly input?: string | undefined;
      readonly output?: string | undefined;
      readonly params?: string | undefined;
      readonly workflow_id?: string | undefined;
      readonly created_at?: string | undefined;
      readonly updated_at?: string | undefined;
      readonly workflow_name?: string | undefined;
      readonly workflow_namespace?: string | undefined;
      readonly task_execution_id?: string | undefined;
      readonly root_execution_id?: string | undefined;
      readonly parent_execution_id?: string | undefined;
      readonly project_id?: string | undefined;
      readonly tags?: string | undefined;
      readonly errors_only?: string | undefined;
      readonly max_depth?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly executions: readonly {
        readonly id?: string;
        readonly workflow_id?: string | null;
        readonly workflow_name?: string;
        readonly workflow_namespace?: string;
        readonly description?: string;
        readonly tags?: readonly string[];
        /** A JSON object, as text. */
        readonly params?: string;
        /** Of a sub-workflow: the task that started it. */
        readonly task_execution_id?: string | null;
        readonly root_execution_id?: string | null;
        readonly state?: 'IDLE' | 'RUNNING' | 'PAUSED' | 'SUCCESS' | 'ERROR' | 'CANCELLED';
        readonly state_info?: string | null;
        /** A JSON object, as text. */
        readonly input?: string;
        /** A JSON object, as text. */
        readonly output?: string;
        /** `2026-11-22 18:29:12`, in UTC. */
        readonly created_at?: string;
        /** `2026-11-22 18:29:12`, in UTC. */
        readonly updated_at?: string;
        readonly project_id?: string;
      }[];
      /** URL of the next page, where there may be one. */
      readonly next?: string;
    };
  };
  /** List action executions */
  readonly 'GET /v2/action_executions': {
    readonly path: {};
    readonly query: {
      readonly limit?: string | undefined;
      readonly marker?: string | undefined;
      readonly sort_keys?: string | undefined;
      readonly sort_dirs?: string | undefined;
      readonly fields?: string | undefined;
      readonly nulls?: string | undefined;
      readonly all_projects?: string | undefined;
      readonly include_output?: string | undefined;
      readonly id?: string | undefined;
      readonly name?: string | undefined;
      readonly state?: string | undefined;
      readonly input?: string | undefined;
      readonly accepted?: string | undefined;
      readonly created_at?: string | undefined;
      readonly updated_at?: string | undefined;
      readonly task_execution_id?: string | undefined;
      readonly workflow_execution_id?: string | undefined;
      readonly workflow_name?: string | undefined;
      readonly workflow_namespace?: string | undefined;
      readonly workflow_id?: string | undefined;
      readonly description?: string | undefined;
      readonly task_name?: string | undefined;
      readonly state_info?: string | undefined;
      readonly tags?: string | undefined;
      readonly output?: string | undefined;
      readonly started_at?: string | undefined;
      readonly finished_at?: string | undefined;
      readonly project_id?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly action_executions: readonly {
        readonly id?: string;
        readonly name?: string;
        readonly description?: string;
        readonly workflow_name?: string | null;
        readonly workflow_namespace?: string;
        readonly task_name?: string | null;
        readonly task_execution_id?: string | null;
        readonly state?: 'RUNNING' | 'PAUSED' | 'SUCCESS' | 'ERROR' | 'CANCELLED';
        readonly state_info?: string | null;
        readonly tags?: readonly string[];
        /** false: a retry or a rerun threw it away. */
        readonly accepted?: boolean;
        /** A JSON object, as text. */
        readonly input?: string;
        /** `{"result": ...}` as JSON text; in lists with `include_output` only. */
        readonly output?: string;
        /** `2026-11-22 18:29:12`, in UTC. */
        readonly created_at?: string;
        /** `2026-11-22 18:29:12`, in UTC. */
        readonly updated_at?: string;
        /** `2026-11-22 18:29:12`, in UTC. */
        readonly started_at?: string;
        readonly finished_at?: string | null;
        readonly project_id?: string;
      }[];
      /** URL of the next page, where there may be one. */
      readonly next?: string;
    };
  };
  /** Run a standalone action, without a workflow; kept with params {"save_result": true} */
  readonly 'POST /v2/action_executions': {
    readonly path: {};
    readonly query: {};
    readonly body: {
      readonly name?: string | null;
      readonly workflow_namespace?: string | null;
      readonly input?: JsonObject | string | null;
      readonly description?: string | null;
      readonly params?: JsonObject | string | null;
    };
    readonly answer: Schemas['ActionExecution'];
  };
  /** List the action executions of a task */
  readonly 'GET /v2/tasks/{id}/action_executions': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {
      readonly limit?: string | undefined;
      readonly marker?: string | undefined;
      readonly sort_keys?: string | undefined;
      readonly sort_dirs?: string | undefined;
      readonly fields?: string | undefined;
      readonly nulls?: string | undefined;
      readonly all_projects?: string | undefined;
      readonly include_output?: string | undefined;
      readonly id?: string | undefined;
      readonly name?: string | undefined;
      readonly state?: string | undefined;
      readonly input?: string | undefined;
      readonly accepted?: string | undefined;
      readonly created_at?: string | undefined;
      readonly updated_at?: string | undefined;
      readonly task_execution_id?: string | undefined;
      readonly workflow_execution_id?: string | undefined;
      readonly workflow_name?: string | undefined;
      readonly workflow_namespace?: string | undefined;
      readonly workflow_id?: string | undefined;
      readonly description?: string | undefined;
      readonly task_name?: string | undefined;
      readonly state_info?: string | undefined;
      readonly tags?: string | undefined;
      readonly output?: string | undefined;
      readonly started_at?: string | undefined;
      readonly finished_at?: string | undefined;
      readonly project_id?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly action_executions: readonly {
        readonly id?: string;
        readonly name?: string;
        readonly description?: string;
        readonly workflow_name?: string | null;
        readonly workflow_namespace?: string;
        readonly task_name?: string | null;
        readonly task_execution_id?: string | null;
        readonly state?: 'RUNNING' | 'PAUSED' | 'SUCCESS' | 'ERROR' | 'CANCELLED';
        readonly state_info?: string | null;
        readonly tags?: readonly string[];
        /** false: a retry or a rerun threw it away. */
        readonly accepted?: boolean;
        /** A JSON object, as text. */
        readonly input?: string;
        /** `{"result": ...}` as JSON text; in lists with `include_output` only. */
        readonly output?: string;
        /** `2026-11-22 18:29:12`, in UTC. */
        readonly created_at?: string;
        /** `2026-11-22 18:29:12`, in UTC. */
        readonly updated_at?: string;
        /** `2026-11-22 18:29:12`, in UTC. */
        readonly started_at?: string;
        readonly finished_at?: string | null;
        readonly project_id?: string;
      }[];
      /** URL of the next page, where there may be one. */
      readonly next?: string;
    };
  };
  /** Show an action execution */
  readonly 'GET /v2/action_executions/{id}': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: Schemas['ActionExecution'];
  };
  /** Complete an action from outside, pause or resume it */
  readonly 'PUT /v2/action_executions/{id}': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {};
    readonly body: {
      readonly id?: Json;
      /** SUCCESS, ERROR, CANCELLED, PAUSED or RUNNING; absent: SUCCESS. */
      readonly state?: string | null;
      readonly output?: JsonObject | string | null;
      readonly name?: Json;
      readonly task_execution_id?: Json;
      readonly input?: Json;
      readonly accepted?: Json;
    };
    readonly answer: Schemas['ActionExecution'];
  };
  /** Delete an action execution without a workflow */
  readonly 'DELETE /v2/action_executions/{id}': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Create an environment */
  readonly 'POST /v2/environments': {
    readonly path: {};
    readonly query: {};
    readonly body: {
      readonly id?: Json;
      readonly name: string;
      readonly description?: string | null;
      readonly variables?: JsonObject | string | null;
      readonly scope?: string | null;
      readonly project_id?: Json;
      readonly created_at?: Json;
      readonly updated_at?: Json;
    };
    readonly answer: Schemas['WorkflowEnvironment'];
  };
  /** Change an environment */
  readonly 'PUT /v2/environments': {
    readonly path: {};
    readonly query: {};
    readonly body: {
      readonly id?: Json;
      readonly name: string;
      readonly description?: string | null;
      readonly variables?: JsonObject | string | null;
      readonly scope?: string | null;
      readonly project_id?: Json;
      readonly created_at?: Json;
      readonly updated_at?: Json;
    };
    readonly answer: Schemas['WorkflowEnvironment'];
  };
  /** List environments */
  readonly 'GET /v2/environments': {
    readonly path: {};
    readonly query: {
      readonly limit?: string | undefined;
      readonly marker?: string | undefined;
      readonly sort_keys?: string | undefined;
      readonly sort_dirs?: string | undefined;
      readonly fields?: string | undefined;
      readonly nulls?: string | undefined;
      readonly all_projects?: string | undefined;
      readonly include_output?: string | undefined;
      readonly id?: string | undefined;
      readonly name?: string | undefined;
      readonly description?: string | undefined;
      readonly variables?: string | undefined;
      readonly scope?: string | undefined;
      readonly created_at?: string | undefined;
      readonly updated_at?: string | undefined;
      readonly project_id?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly environments: readonly {
        readonly id?: string;
        readonly name?: string;
        readonly description?: string;
        /** A JSON object, as text. */
        readonly variables?: string;
        readonly scope?: string;
        readonly project_id?: string;
        /** `2026-11-22 18:29:12`, in UTC. */
        readonly created_at?: string;
        readonly updated_at?: string | null;
      }[];
      /** URL of the next page, where there may be one. */
      readonly next?: string;
    };
  };
  /** Show an environment */
  readonly 'GET /v2/environments/{id}': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {
      readonly export?: string | undefined;
      readonly fields?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: Schemas['WorkflowEnvironment'];
  };
  /** Delete an environment */
  readonly 'DELETE /v2/environments/{id}': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** List the processes of Coppice */
  readonly 'GET /v2/services': {
    readonly path: {};
    readonly query: {};
    readonly body: undefined;
    readonly answer: {
      readonly services: readonly {
        /** `<host>_<pid>` */
        readonly name: string;
        /** `api_group`, `engine_group` or `health_group` */
        readonly type: string;
      }[];
    };
  };
  /** Not there: the answer says what to use instead */
  readonly 'GET /v2/cron_triggers': {
    readonly path: {};
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'POST /v2/cron_triggers': {
    readonly path: {};
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'PUT /v2/cron_triggers': {
    readonly path: {};
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'DELETE /v2/cron_triggers': {
    readonly path: {};
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'GET /v2/cron_triggers/{id}': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'POST /v2/cron_triggers/{id}': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'PUT /v2/cron_triggers/{id}': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'DELETE /v2/cron_triggers/{id}': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'GET /v2/event_triggers': {
    readonly path: {};
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'POST /v2/event_triggers': {
    readonly path: {};
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'PUT /v2/event_triggers': {
    readonly path: {};
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'DELETE /v2/event_triggers': {
    readonly path: {};
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'GET /v2/event_triggers/{id}': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'POST /v2/event_triggers/{id}': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'PUT /v2/event_triggers/{id}': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'DELETE /v2/event_triggers/{id}': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'GET /v2/code_sources': {
    readonly path: {};
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'POST /v2/code_sources': {
    readonly path: {};
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'PUT /v2/code_sources': {
    readonly path: {};
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'DELETE /v2/code_sources': {
    readonly path: {};
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'GET /v2/code_sources/{id}': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'POST /v2/code_sources/{id}': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'PUT /v2/code_sources/{id}': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'DELETE /v2/code_sources/{id}': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'GET /v2/dynamic_actions': {
    readonly path: {};
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'POST /v2/dynamic_actions': {
    readonly path: {};
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'PUT /v2/dynamic_actions': {
    readonly path: {};
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'DELETE /v2/dynamic_actions': {
    readonly path: {};
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'GET /v2/dynamic_actions/{id}': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'POST /v2/dynamic_actions/{id}': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'PUT /v2/dynamic_actions/{id}': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'DELETE /v2/dynamic_actions/{id}': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'GET /v2/workflows/{id}/members': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'POST /v2/workflows/{id}/members': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'PUT /v2/workflows/{id}/members': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'DELETE /v2/workflows/{id}/members': {
    readonly path: {
      readonly id: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'GET /v2/workflows/{id}/members/{member}': {
    readonly path: {
      readonly id: string;
      readonly member: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'POST /v2/workflows/{id}/members/{member}': {
    readonly path: {
      readonly id: string;
      readonly member: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'PUT /v2/workflows/{id}/members/{member}': {
    readonly path: {
      readonly id: string;
      readonly member: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Not there: the answer says what to use instead */
  readonly 'DELETE /v2/workflows/{id}/members/{member}': {
    readonly path: {
      readonly id: string;
      readonly member: string;
    };
    readonly query: {};
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Whether the server is ready: it answers, and its database reads and records */
  readonly 'GET /healthz': {
    readonly path: {};
    readonly query: {};
    readonly body: undefined;
    readonly answer: {
      readonly status: 'ok';
    };
  };
  /** Metrics for Prometheus */
  readonly 'GET /metrics': {
    readonly path: {};
    readonly query: {};
    readonly body: undefined;
    readonly answer: string;
  };
  /** This description of the API */
  readonly 'GET /openapi.json': {
    readonly path: {};
    readonly query: {};
    readonly body: undefined;
    readonly answer: JsonObject;
  };
}
