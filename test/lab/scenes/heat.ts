/** Heat: stacks that are created, shown, changed, checked and deleted, and each way in which that fails. */
import type { LabAnswer, LabRequest, Sender } from '../lab.ts';
import { unknownId } from '../recorder.ts';
import type { Recorder } from '../recorder.ts';

interface Options {
  readonly as?: Sender;
  readonly body?: unknown;
}

interface Stack {
  readonly id: string;
  readonly stack_status: string;
}

const randomTemplate = {
  heat_template_version: '2018-08-31',
  description: 'one text',
  parameters: { length: { type: 'number', default: 8 } },
  resources: {
    text: { type: 'OS::Heat::RandomString', properties: { length: { get_param: 'length' } } },
  },
  outputs: { text: { description: 'the text', value: { get_attr: ['text', 'value'] } } },
};

const failingTemplate = {
  heat_template_version: '2018-08-31',
  resources: {
    text: { type: 'OS::Heat::TestResource', properties: { fail: true } },
  },
};

class Heat {
  readonly recorder: Recorder;
  readonly root: string;
  constructor(recorder: Recorder) {
    this.recorder = recorder;
    this.root = `/v1/${recorder.lab.login('demo').projectId}`;
  }

  request(method: string, path: string, { as = 'demo', body }: Options = {}): LabRequest {
    return {
      service: 'orchestration',
      as,
      method,
      path: path.startsWith('//') ? path.slice(1) : `${this.root}${path}`,
      ...(body === undefined ? {} : { body }),
    };
  }

  record(name: string, method: string, path: string, options: Options = {}): Promise<LabAnswer> {
    return this.recorder.record(name, this.request(method, path, options));
  }

  /** Records the creation of a stack; answers the path below which it is. */
  async create(name: string, stack: { stack_name: string }): Promise<string> {
    const answer = await this.record(name, 'POST', '/stacks', { body: stack });
    const { id } = (answer.body as { stack: Stack }).stack;
    this.recorder.name(`stack_${stack.stack_name}`, id);
    return `/stacks/${stack.stack_name}/${id}`;
  }

  /** Waits until the stack has the status, and records it so. */
  async reaches(name: string, path: string, status: string): Promise<void> {
    await this.recorder.recordOnce(name, this.request('GET', path), ({ body }) => {
      const { stack } = body as { stack?: Stack };
      return stack?.stack_status === status;
    });
  }
}

export async function recordHeat(recorder: Recorder): Promise<void> {
  const heat = new Heat(recorder);
  await deleteStacks(heat);
  await heat.record('versions', 'GET', '//', { as: 'nobody' });
  await heat.record('token-missing', 'GET', '/stacks', { as: 'nobody' });
  await heat.record('build-info', 'GET', '/build_info');
  const path = await lifecycle(heat);
  await parts(heat, path);
  await changes(heat, path);
  await server(heat);
  await busy(heat);
  await refused(heat);
  await failures(heat);
  await heat.record('stack-delete', 'DELETE', path);
  await heat.recorder.recordOnce(
    'stack-deleted',
    heat.request('GET', path),
    ({ status, body }) =>
      status === 404 || (body as { stack: Stack }).stack.stack_status === 'DELETE_COMPLETE',
  );
  await heat.record('stack-deleted-by-name', 'GET', '/stacks/recorded');
  await heat.record('stack-deleted-delete', 'DELETE', path);
  await heat.record('stacks-with-deleted', 'GET', '/stacks?show_deleted=true&limit=1');
  await deleteStacks(heat);
}

async function lifecycle(heat: Heat): Promise<string> {
  const path = await heat.create('stack-create', {
    stack_name: 'recorded',
    template: randomTemplate,
    parameters: { length: 12 },
    environment: { parameter_defaults: {} },
    files: {},
    timeout_mins: 5,
    disable_rollback: true,
    tags: 'recorded,coppice',
  } as { stack_name: string });
  await heat.record('stack-CREATE_IN_PROGRESS', 'GET', path);
  await heat.reaches('stack-CREATE_COMPLETE', path, 'CREATE_COMPLETE');
  await heat.record('stack-by-name', 'GET', '/stacks/recorded');
  await heat.record('stack-by-id', 'GET', `/stacks/${path.split('/').at(-1)}`);
  await heat.record('stack-without-outputs', 'GET', `${path}?resolve_outputs=False`);
  await heat.record('stacks', 'GET', '/stacks');
  await heat.record('stacks-page', 'GET', '/stacks?limit=1');
  await heat.record('stacks-by-name', 'GET', '/stacks?name=recorded');
  await heat.record('stacks-by-status', 'GET', '/stacks?status=COMPLETE');
  await heat.record('stacks-by-tag', 'GET', '/stacks?tags=recorded');
  await heat.record('stacks-by-unknown-name', 'GET', '/stacks?name=unknown');
  await heat.record('stacks-detail', 'GET', '/stacks/detail');
  await heat.record('stacks-of-all-by-demo', 'GET', '/stacks?global_tenant=1');
  await heat.record('stack-create-again', 'POST', '/stacks', {
    body: { stack_name: 'recorded', template: randomTemplate },
  });
  await heat.record('stack-preview', 'POST', '/stacks/preview', {
    body: { stack_name: 'preview', template: randomTemplate },
  });
  return path;
}

async function parts(heat: Heat, path: string): Promise<void> {
  await heat.record('stack-template', 'GET', `${path}/template`);
  await heat.record('stack-environment', 'GET', `${path}/environment`);
  await heat.record('stack-files', 'GET', `${path}/files`);
  await heat.record('stack-outputs', 'GET', `${path}/outputs`);
  await heat.record('stack-output', 'GET', `${path}/outputs/text`);
  await heat.record('stack-output-unknown', 'GET', `${path}/outputs/unknown`);
  await heat.record('stack-resources', 'GET', `${path}/resources`);
  await heat.record('stack-resource', 'GET', `${path}/resources/text`);
  await heat.record('stack-resource-unknown', 'GET', `${path}/resources/unknown`);
  await heat.record('stack-events', 'GET', `${path}/events`);
  await heat.record('stack-events-page', 'GET', `${path}/events?limit=1&sort_dir=desc`);
  await heat.record('stack-resource-events', 'GET', `${path}/resources/text/events`);
  await heat.record('stack-resource-unhealthy', 'PATCH', `${path}/resources/text`, {
    body: { mark_unhealthy: true, resource_status_reason: 'recorded' },
  });
  await heat.record('stack-resource-CHECK_FAILED', 'GET', `${path}/resources/text`);
}

async function changes(heat: Heat, path: string): Promise<void> {
  await heat.record('stack-update', 'PUT', path, {
    body: { template: randomTemplate, parameters: { length: 16 }, timeout_mins: 5 },
  });
  await heat.reaches('stack-UPDATE_COMPLETE', path, 'UPDATE_COMPLETE');
  await heat.record('stack-patch', 'PATCH', path, { body: { parameters: { length: 20 } } });
  await heat.recorder.until(heat.request('GET', path), ({ body }) => {
    const { stack } = body as { stack: Stack & { parameters: { length: string } } };
    return stack.stack_status === 'UPDATE_COMPLETE' && stack.parameters.length === '20';
  });
  await heat.record('stack-update-preview', 'PUT', `${path}/preview`, {
    body: { template: randomTemplate, parameters: { length: 24 } },
  });
  await heat.record('stack-update-without-template', 'PUT', path, { body: { parameters: { length: 24 } } });
  for (const action of ['check', 'suspend', 'resume']) {
    await heat.record(`stack-${action}`, 'POST', `${path}/actions`, { body: { [action]: null } });
    await heat.reaches(`stack-${action.toUpperCase()}_COMPLETE`, path, `${action.toUpperCase()}_COMPLETE`);
  }
  await heat.record('stack-action-unknown', 'POST', `${path}/actions`, { body: { dance: null } });
  await heat.record('stack-action-missing', 'POST', `${path}/actions`, { body: {} });
}

/** A stack with a server; one action after another while the first is not over. */
async function server(heat: Heat): Promise<void> {
  const template = {
    heat_template_version: '2018-08-31',
    resources: {
      vm: {
        type: 'OS::Nova::Server',
        properties: {
          image: 'cirros-fake',
          flavor: 'm1.tiny',
          networks: [{ network: 'private' }],
        },
      },
    },
    outputs: { address: { value: { get_attr: ['vm', 'first_address'] } } },
  };
  const path = await heat.create('stack-with-server-create', {
    stack_name: 'with-server',
    template,
  } as { stack_name: string });
  await heat.record('stack-with-server-CREATE_IN_PROGRESS', 'GET', `${path}/resources`);
  await heat.reaches('stack-with-server', path, 'CREATE_COMPLETE');
  const resource = await heat.record('stack-resource-server', 'GET', `${path}/resources/vm`);
  const { physical_resource_id } = (resource.body as { resource: { physical_resource_id: string } }).resource;
  heat.recorder.name('server', physical_resource_id);
  await heat.recorder.lab.send({
    service: 'compute',
    as: 'demo',
    method: 'POST',
    path: `/v2.1/servers/${physical_resource_id}/action`,
    body: { 'os-stop': null },
  });
  await heat.recorder.until(
    { service: 'compute', as: 'demo', method: 'GET', path: `/v2.1/servers/${physical_resource_id}` },
    ({ body }) => (body as { server: { status: string } }).server.status === 'SHUTOFF',
  );
  await heat.record('stack-with-server-check', 'POST', `${path}/actions`, { body: { check: null } });
  await heat.reaches('stack-CHECK_FAILED', path, 'CHECK_FAILED');
  await heat.record('stack-with-server-delete', 'DELETE', path);
  await heat.recorder.until(
    heat.request('GET', path),
    ({ status, body }) =>
      status === 404 || (body as { stack: Stack }).stack.stack_status === 'DELETE_COMPLETE',
  );
}

/** An action that begins while another one runs is accepted, and takes the place of that one, or fails. */
async function busy(heat: Heat): Promise<void> {
  const template = {
    heat_template_version: '2018-08-31',
    resources: { wait: { type: 'OS::Heat::TestResource', properties: { wait_secs: 5 } } },
  };
  const path = await heat.create('stack-slow-create', { stack_name: 'slow', template } as {
    stack_name: string;
  });
  await heat.record('stack-check-in-progress', 'POST', `${path}/actions`, { body: { check: null } });
  await heat.record('stack-update-in-progress', 'PUT', path, { body: { template } });
  await heat.record('stack-delete-in-progress', 'DELETE', path);
}

async function refused(heat: Heat): Promise<void> {
  const create = (name: string, stack: object) =>
    heat.record(`stack-create-${name}`, 'POST', '/stacks', { body: stack });
  await create('without-template', { stack_name: 'refused' });
  await create('without-name', { template: randomTemplate });
  await create('name-malformed', { stack_name: '1 refused', template: randomTemplate });
  await create('template-malformed', { stack_name: 'refused', template: 'resources: [' });
  await create('template-without-version', { stack_name: 'refused', template: { resources: {} } });
  await create('resource-type-unknown', {
    stack_name: 'refused',
    template: { heat_template_version: '2018-08-31', resources: { one: { type: 'OS::Unknown::Thing' } } },
  });
  await create('parameter-unknown', {
    stack_name: 'refused',
    template: randomTemplate,
    parameters: { colour: 'green' },
  });
  await create('parameter-missing', {
    stack_name: 'refused',
    template: { ...randomTemplate, parameters: { length: { type: 'number' } } },
  });
  await create('flavor-unknown', {
    stack_name: 'refused',
    template: {
      heat_template_version: '2018-08-31',
      resources: {
        vm: {
          type: 'OS::Nova::Server',
          properties: { image: 'cirros-fake', flavor: 'unknown', networks: [{ network: 'private' }] },
        },
      },
    },
  });
  await heat.record('template-validate', 'POST', '/validate', { body: { template: randomTemplate } });
  await heat.record('stack-unknown', 'GET', '/stacks/unknown');
  await heat.record('stack-unknown-id', 'GET', `/stacks/unknown/${unknownId}`);
  await heat.record('stack-unknown-update', 'PUT', `/stacks/unknown/${unknownId}`, {
    body: { template: randomTemplate },
  });
  await heat.record('stack-unknown-delete', 'DELETE', `/stacks/unknown/${unknownId}`);
}

async function failures(heat: Heat): Promise<void> {
  const path = await heat.create('stack-create-that-fails', {
    stack_name: 'failing',
    template: failingTemplate,
    disable_rollback: true,
  } as { stack_name: string });
  await heat.reaches('stack-CREATE_FAILED', path, 'CREATE_FAILED');
  await heat.record('stack-resources-CREATE_FAILED', 'GET', `${path}/resources`);
  await heat.record('stack-events-CREATE_FAILED', 'GET', `${path}/events`);
  const rolled = await heat.create('stack-create-that-rolls-back', {
    stack_name: 'rolled-back',
    template: failingTemplate,
    disable_rollback: false,
  } as { stack_name: string });
  await heat.reaches('stack-ROLLBACK_COMPLETE', rolled, 'ROLLBACK_COMPLETE');
}

async function deleteStacks(heat: Heat): Promise<void> {
  const { body } = await heat.recorder.lab.send(heat.request('GET', '/stacks'));
  const { stacks } = body as { stacks: (Stack & { stack_name: string })[] };
  for (const { id, stack_name } of stacks)
    await heat.recorder.lab.send(heat.request('DELETE', `/stacks/${stack_name}/${id}`));
  await heat.recorder.until(
    heat.request('GET', '/stacks'),
    ({ body }) => (body as { stacks: unknown[] }).stacks.length === 0,
  );
}
