/** Octavia: a balancer with listener, pool, health monitor and members; what is refused while it is busy. */
import type { LabAnswer, LabRequest, Sender } from '../lab.ts';
import { unknownId } from '../recorder.ts';
import type { Recorder } from '../recorder.ts';

const root = '/v2/lbaas';

interface Options {
  readonly as?: Sender;
  readonly body?: unknown;
}

class Octavia {
  readonly recorder: Recorder;
  constructor(recorder: Recorder) {
    this.recorder = recorder;
  }

  request(method: string, path: string, { as = 'admin', body }: Options = {}): LabRequest {
    return {
      service: 'load-balancer',
      as,
      method,
      path: path.startsWith('//') ? path.slice(1) : `${root}${path}`,
      ...(body === undefined ? {} : { body }),
    };
  }

  record(name: string, method: string, path: string, options: Options = {}): Promise<LabAnswer> {
    return this.recorder.record(name, this.request(method, path, options));
  }

  /** Records a creation, and gives the id that is answered the name of its kind. */
  async create(name: string, path: string, kind: string, object: object): Promise<string> {
    const answer = await this.record(name, 'POST', path, { body: { [kind]: object } });
    const { id } = (answer.body as Record<string, { id: string }>)[kind] ?? { id: '' };
    this.recorder.name(kind, id);
    return id;
  }

  /** Waits until nothing is being changed any more. */
  async settled(balancer: string): Promise<void> {
    await this.recorder.until(this.request('GET', `/loadbalancers/${balancer}`), ({ body }) => {
      const { provisioning_status } = (body as { loadbalancer: { provisioning_status: string } })
        .loadbalancer;
      return !provisioning_status.startsWith('PENDING_');
    });
  }
}

export async function recordOctavia(recorder: Recorder): Promise<void> {
  const octavia = new Octavia(recorder);
  await deleteBalancers(octavia);
  await octavia.record('versions', 'GET', '//', { as: 'nobody' });
  await octavia.record('token-missing', 'GET', '/loadbalancers', { as: 'nobody' });
  // Balancers are for roles load-balancer_*, which demo does not have.
  await octavia.record('role-missing', 'GET', '/loadbalancers', { as: 'demo' });
  const { balancer, listener, pool } = await balancers(octavia);
  await members(octavia, balancer, pool);
  await monitors(octavia, balancer, pool);
  await octavia.record('statuses', 'GET', `/loadbalancers/${balancer}/status`);
  await octavia.record('loadbalancer-stats', 'GET', `/loadbalancers/${balancer}/stats`);
  await octavia.record('loadbalancer-delete-in-use', 'DELETE', `/loadbalancers/${balancer}`);
  await octavia.record('listener-delete', 'DELETE', `/listeners/${listener}`);
  await octavia.settled(balancer);
  await octavia.record('pool-delete', 'DELETE', `/pools/${pool}`);
  await octavia.settled(balancer);
  await octavia.record('loadbalancer-delete', 'DELETE', `/loadbalancers/${balancer}?cascade=true`);
  await recorder.recordOnce(
    'loadbalancer-deleted',
    octavia.request('GET', `/loadbalancers/${balancer}`),
    ({ status }) => status === 404,
  );
  await unknown(octavia);
}

async function subnetOf(recorder: Recorder): Promise<string> {
  const { body } = await recorder.lab.send({
    service: 'network',
    as: 'demo',
    method: 'GET',
    path: '/v2.0/subnets?name=private',
  });
  const id = (body as { subnets: { id: string }[] }).subnets[0]?.id ?? '';
  recorder.name('subnet', id);
  return id;
}

async function balancers(octavia: Octavia): Promise<{ balancer: string; listener: string; pool: string }> {
  const vip_subnet_id = await subnetOf(octavia.recorder);
  const balancer = await octavia.create('loadbalancer-create', '/loadbalancers', 'loadbalancer', {
    name: 'recorded',
    vip_subnet_id,
  });
  await octavia.record('listener-create-while-pending', 'POST', '/listeners', {
    body: { listener: { loadbalancer_id: balancer, protocol: 'HTTP', protocol_port: 80 } },
  });
  await octavia.record('loadbalancer-delete-while-pending', 'DELETE', `/loadbalancers/${balancer}`);
  await octavia.settled(balancer);
  await octavia.record('loadbalancer', 'GET', `/loadbalancers/${balancer}`);
  await octavia.record('loadbalancers', 'GET', '/loadbalancers');
  await octavia.record('loadbalancers-by-name', 'GET', '/loadbalancers?name=recorded');
  await octavia.record('loadbalancers-by-unknown-name', 'GET', '/loadbalancers?name=unknown');
  await octavia.record('loadbalancer-update', 'PUT', `/loadbalancers/${balancer}`, {
    body: { loadbalancer: { description: 'for a recording' } },
  });
  await octavia.settled(balancer);
  const listener = await octavia.create('listener-create', '/listeners', 'listener', {
    name: 'recorded',
    loadbalancer_id: balancer,
    protocol: 'HTTP',
    protocol_port: 80,
  });
  await octavia.settled(balancer);
  await octavia.record('listener', 'GET', `/listeners/${listener}`);
  await octavia.record('listeners', 'GET', '/listeners');
  await octavia.record('listener-create-port-taken', 'POST', '/listeners', {
    body: { listener: { loadbalancer_id: balancer, protocol: 'HTTP', protocol_port: 80 } },
  });
  const pool = await octavia.create('pool-create', '/pools', 'pool', {
    name: 'recorded',
    listener_id: listener,
    protocol: 'HTTP',
    lb_algorithm: 'ROUND_ROBIN',
  });
  await octavia.settled(balancer);
  await octavia.record('pool', 'GET', `/pools/${pool}`);
  await octavia.record('pools', 'GET', '/pools?name=recorded');
  await octavia.record('pool-create-malformed', 'POST', '/pools', {
    body: { pool: { listener_id: listener, protocol: 'HTTP', lb_algorithm: 'GUESS' } },
  });
  return { balancer, listener, pool };
}

async function members(octavia: Octavia, balancer: string, pool: string): Promise<void> {
  const path = `/pools/${pool}/members`;
  const object = { address: '10.10.0.50', protocol_port: 8080 };
  const member = await octavia.create('member-create', path, 'member', {
    name: 'web-1',
    weight: 1,
    ...object,
  });
  await octavia.record('member-create-while-pending', 'POST', path, {
    body: { member: { address: '10.10.0.51', protocol_port: 8080 } },
  });
  await octavia.settled(balancer);
  await octavia.record('member', 'GET', `${path}/${member}`);
  await octavia.record('members', 'GET', path);
  await octavia.record('members-by-address', 'GET', `${path}?address=10.10.0.50`);
  await octavia.record('member-create-again', 'POST', path, { body: { member: object } });
  await octavia.record('member-create-malformed', 'POST', path, { body: { member: { address: 'web' } } });
  await octavia.record('member-update', 'PUT', `${path}/${member}`, {
    body: { member: { admin_state_up: false, weight: 0 } },
  });
  await octavia.settled(balancer);
  await octavia.record('member-disabled', 'GET', `${path}/${member}`);
  await octavia.record('member-enable', 'PUT', `${path}/${member}`, {
    body: { member: { admin_state_up: true } },
  });
  await octavia.settled(balancer);
  for (const status of ['ONLINE', 'ERROR']) {
    await reportStatus(octavia, member, status);
    await octavia.recorder.recordOnce(
      `member-${status}`,
      octavia.request('GET', `${path}/${member}`),
      ({ body }) => (body as { member: { operating_status: string } }).member.operating_status === status,
    );
  }
  await octavia.record('members-replace', 'PUT', path, {
    body: { members: [object, { address: '10.10.0.52', protocol_port: 8080 }] },
  });
  await octavia.settled(balancer);
  await octavia.record('members-replaced', 'GET', path);
  await octavia.record('member-delete', 'DELETE', `${path}/${member}`);
  await octavia.settled(balancer);
  await octavia.record('member-unknown', 'GET', `${path}/${member}`);
  await octavia.record('member-delete-unknown', 'DELETE', `${path}/${member}`);
  await octavia.record('members-of-unknown-pool', 'GET', `/pools/${unknownId}/members`);
}

/** Plays the health monitor. Its answer is slow on a busy machine, so a few attempts are made. */
async function reportStatus(octavia: Octavia, member: string, status: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1)
    try {
      await octavia.recorder.lab.script('lb_status.py', 'member', member, status);
      return;
    } catch (error) {
      if (attempt === 5) throw error;
    }
}

async function monitors(octavia: Octavia, balancer: string, pool: string): Promise<void> {
  const object = { pool_id: pool, type: 'HTTP', delay: 5, timeout: 3, max_retries: 2, url_path: '/health' };
  const monitor = await octavia.create('monitor-create', '/healthmonitors', 'healthmonitor', object);
  await octavia.settled(balancer);
  await octavia.record('monitor', 'GET', `/healthmonitors/${monitor}`);
  await octavia.record('monitors', 'GET', '/healthmonitors');
  await octavia.record('monitor-create-again', 'POST', '/healthmonitors', {
    body: { healthmonitor: object },
  });
  await octavia.record('member-with-monitor', 'GET', `/pools/${pool}/members`);
  await octavia.record('monitor-delete', 'DELETE', `/healthmonitors/${monitor}`);
  await octavia.settled(balancer);
}

async function unknown(octavia: Octavia): Promise<void> {
  await octavia.record('loadbalancer-unknown', 'GET', `/loadbalancers/${unknownId}`);
  await octavia.record('loadbalancer-delete-unknown', 'DELETE', `/loadbalancers/${unknownId}`);
  await octavia.record('listener-unknown', 'GET', `/listeners/${unknownId}`);
  await octavia.record('pool-unknown', 'GET', `/pools/${unknownId}`);
  await octavia.record('loadbalancer-create-unknown-subnet', 'POST', '/loadbalancers', {
    body: { loadbalancer: { vip_subnet_id: unknownId } },
  });
  await octavia.record('loadbalancer-create-without-vip', 'POST', '/loadbalancers', {
    body: { loadbalancer: { name: 'recorded' } },
  });
  await deleteBalancers(octavia);
}

/** Deletes the balancers that earlier recordings left, with what they hold. */
async function deleteBalancers(octavia: Octavia): Promise<void> {
  const { body } = await octavia.recorder.lab.send(octavia.request('GET', '/loadbalancers?name=recorded'));
  for (const { id } of (body as { loadbalancers: { id: string }[] }).loadbalancers) {
    await octavia.settled(id);
    await octavia.recorder.lab.send(octavia.request('DELETE', `/loadbalancers/${id}?cascade=true`));
    await octavia.recorder.until(
      octavia.request('GET', `/loadbalancers/${id}`),
      ({ status }) => status === 404,
    );
  }
}
