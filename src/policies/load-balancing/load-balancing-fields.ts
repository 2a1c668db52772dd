/**
 * What may be written in a senlin.policy.loadbalance. Keys, versions and defaults are those of
 * openstack/senlin senlin/policies/lb_policy.py, which has one schema for all of its versions: the keys of
 * 1.1 to 1.3 are taken in 1.0 as well.
 */
import type { Field, Fields } from '../../domain/spec-schema.ts';

const protocols = ['HTTP', 'HTTPS', 'TCP'];

const port = (description: string): Field => ({
  type: 'Integer',
  default: 80,
  min: 1,
  max: 65_535,
  description,
});

const isUp = (what: string): Field => ({
  type: 'Boolean',
  default: true,
  description: `Administrative state of the ${what}.`,
});

const pool: Fields = {
  protocol: {
    type: 'String',
    default: 'HTTP',
    allowed: protocols,
    description: 'Protocol between the balancer and the nodes.',
  },
  protocol_port: port('Port on which the nodes serve.'),
  subnet: {
    type: 'String',
    required: true,
    description: 'Name or id of the subnet in which the balancer reaches the nodes.',
  },
  lb_method: {
    type: 'String',
    default: 'ROUND_ROBIN',
    allowed: ['ROUND_ROBIN', 'LEAST_CONNECTIONS', 'SOURCE_IP'],
    description: 'How requests are spread over the nodes.',
  },
  admin_state_up: isUp('pool'),
  session_persistence: {
    type: 'Map',
    default: {},
    description: 'What keeps a client at one node.',
    fields: {
      type: {
        type: 'String',
        allowed: ['SOURCE_IP', 'HTTP_COOKIE', 'APP_COOKIE', 'NONE'],
        description: 'By what a client is recognized.',
      },
      cookie_name: { type: 'String', description: 'Name of the cookie, for APP_COOKIE.' },
    },
  },
  id: { type: 'String', description: 'Id of a pool that exists, on `loadbalancer`.' },
};

const vip: Fields = {
  subnet: { type: 'String', description: 'Name or id of the subnet of the address; or `network`.' },
  network: { type: 'String', description: 'Name or id of the network of the address; or `subnet`.' },
  address: { type: 'String', description: 'The address; absent: the cloud chooses one.' },
  connection_limit: {
    type: 'Integer',
    default: -1,
    min: -1,
    description: 'Connections at once at most; -1: no limit.',
  },
  protocol: {
    type: 'String',
    default: 'HTTP',
    allowed: protocols,
    description: 'Protocol between clients and the balancer.',
  },
  protocol_port: port('Port on which the balancer listens.'),
  admin_state_up: isUp('balancer and its listener'),
};

const healthMonitor: Fields = {
  type: {
    type: 'String',
    default: 'PING',
    allowed: ['PING', 'TCP', 'HTTP', 'HTTPS'],
    description: 'How the balancer probes the nodes.',
  },
  delay: {
    type: 'Integer',
    default: 10,
    min: 1,
    description: 'Seconds between two probes, as Octavia reads it.',
  },
  timeout: {
    type: 'Integer',
    default: 5,
    min: 1,
    description: 'Seconds that a probe waits, as Octavia reads it; less than `delay`.',
  },
  max_retries: {
    type: 'Integer',
    default: 3,
    min: 1,
    max: 10,
    description: 'Probes after which a node counts as working again.',
  },
  admin_state_up: isUp('health monitor'),
  http_method: {
    type: 'String',
    allowed: ['GET', 'POST', 'PUT', 'DELETE'],
    description: 'Of a probe by HTTP or HTTPS.',
  },
  url_path: { type: 'String', description: 'What a probe by HTTP or HTTPS asks for: `/index.html`.' },
  expected_codes: { type: 'String', description: 'Answers of a node that works: `200, 202`.' },
  id: { type: 'String', description: 'Id of a health monitor that exists, of the pool.' },
};

export const loadBalancingFields: Fields = {
  pool: { type: 'Map', description: 'Where the nodes are members.', fields: pool },
  vip: { type: 'Map', description: 'Where the balancer listens.', fields: vip },
  health_monitor: { type: 'Map', description: 'How the balancer probes the nodes.', fields: healthMonitor },
  lb_status_timeout: {
    type: 'Integer',
    default: 300,
    min: 1,
    description: 'Seconds that one change of the balancer may take.',
  },
  loadbalancer: {
    type: 'String',
    description: 'Name or id of a load balancer that exists; absent: the policy makes one.',
  },
  availability_zone: {
    type: 'String',
    description: "Octavia's availability zone of a balancer that is made.",
  },
  flavor_id: { type: 'String', description: "Octavia's flavor of a balancer that is made." },
};
