/** What can be done to a server: Senlin's operations and names, each awaited to its end. */
import { CoppiceError, quoteValue } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Cloud } from '../../openstack/cloud.ts';
import type { OperationParameter } from '../operation-parameter.ts';
import type { NodeFacts, Operation, OperationRequest, PhysicalNode } from '../profile-type.ts';
import { evacuateServer } from './evacuate-server.ts';
import { rebuildServer } from './rebuild-server.ts';
import { imageId } from './resolve.ts';
import { requireServerId, runServerOperation, type ServerOperation } from './run-operation.ts';

type CloudFor = (node: NodeFacts) => Cloud;

export function serverOperations(cloudFor: CloudFor): Readonly<Record<string, Operation>> {
  return {
    reboot: {
      description: 'Reboot the server.',
      parameters: {
        type: {
          description: 'SOFT: the operating system is asked to shut down. HARD: the power is cut.',
          required: false,
          type: 'String',
          default: 'SOFT',
          allowed: ['SOFT', 'HARD'],
        },
      },
      run: (node, parameters, request) =>
        runServerOperation(
          cloudFor(node),
          node,
          {
            action: { reboot: { type: rebootType(parameters['type']) } },
            recordedAs: 'reboot',
            doing: 'the server could not be rebooted',
            until: ['ACTIVE'],
          },
          request,
        ),
    },
    rebuild: {
      description:
        'Rebuild the server from its image, with its name, address and admin password; it runs afterwards.',
      parameters: {},
      run: (node, _, request) => rebuildServer(cloudFor(node), node, request),
    },
    change_password: {
      description: 'Change the password of the administrator.',
      parameters: { admin_pass: { ...text('The new password.'), isNeeded: true, secret: true } },
      run: (node, { admin_pass: password }, request) =>
        runServerOperation(
          cloudFor(node),
          node,
          {
            action: { changePassword: { adminPass: required('admin_pass', password) } },
            recordedAs: 'changePassword',
            doing: 'the password could not be changed',
            until: ['ACTIVE'],
          },
          request,
        ),
    },
    pause: ending(cloudFor, 'Pause the server.', 'pause', ['PAUSED']),
    unpause: {
      ...simple(cloudFor, 'Let a paused server run again.', 'unpause', ['ACTIVE']),
      service: 'BEGINS',
    },
    suspend: ending(cloudFor, 'Suspend the server: its memory is written to the disk.', 'suspend', [
      'SUSPENDED',
    ]),
    resume: {
      ...simple(cloudFor, 'Let a suspended server run again.', 'resume', ['ACTIVE']),
      service: 'BEGINS',
    },
    start: { ...simple(cloudFor, 'Start the server.', 'os-start', ['ACTIVE']), service: 'BEGINS' },
    stop: ending(cloudFor, 'Stop the server.', 'os-stop', ['SHUTOFF']),
    lock: lock(cloudFor, 'Lock the server: only an administrator can change it.', 'lock'),
    unlock: lock(cloudFor, 'Unlock the server.', 'unlock'),
    rescue: {
      description: 'Boot the server from a rescue image.',
      service: 'ENDS',
      parameters: { image_ref: text('Name or id of the image; absent: the image of the server.') },
      async run(node, { image_ref: image }, request) {
        const cloud = cloudFor(node);
        const rescueImage =
          typeof image === 'string'
            ? { rescue_image_ref: await imageId(cloud, image, { signal: request.signal }) }
            : {};
        const operation: ServerOperation = {
          action: { rescue: rescueImage },
          recordedAs: 'rescue',
          doing: 'the server could not be rescued',
          until: ['RESCUE'],
          isState: true,
        };
        return runServerOperation(cloud, node, operation, request);
      },
    },
    unrescue: {
      ...simple(cloudFor, 'Boot a rescued server from its own disk again.', 'unrescue', ['ACTIVE']),
      service: 'BEGINS',
    },
    evacuate: {
      description: 'Start the server on another host, after its host has died.',
      parameters: {
        host: text('The host; absent: the scheduler chooses one.'),
        force: text('Accepted as in Senlin; Nova always asks the scheduler (since 2.68).'),
      },
      run: (node, parameters, request) => evacuateServer(cloudFor(node), node, parameters, request),
    },
    migrate: {
      description: 'Move the server to another host; it is shut down meanwhile.',
      parameters: {},
      run: (node, _, request) => migrate(cloudFor(node), node, request),
    },
  };
}

/** An action without parameters, after which the server does not run. */
function ending(
  cloudFor: CloudFor,
  description: string,
  action: string,
  until: readonly string[],
): Operation {
  return { ...simple(cloudFor, description, action, until, true), service: 'ENDS' };
}

/** An action without parameters, which leads to a status. */
function simple(
  cloudFor: CloudFor,
  description: string,
  action: string,
  until: readonly string[],
  stops = false,
): Operation {
  const name = action.replace(/^os-/, '');
  return {
    description,
    parameters: {},
    run: (node, _, request) =>
      runServerOperation(
        cloudFor(node),
        node,
        {
          action: { [action]: null },
          recordedAs: name,
          doing: `the operation ${name} on the server failed`,
          until,
          stops,
          isState: true,
        },
        request,
      ),
  };
}

/** The lock is set when Nova answers, whatever the server's state is. */
function lock(cloudFor: CloudFor, description: string, action: 'lock' | 'unlock'): Operation {
  return {
    description,
    parameters: {},
    async run(node, _, { signal }) {
      signal.throwIfAborted();
      await cloudFor(node).nova.act(requireServerId(node), { [action]: null }, { signal });
      return { physicalId: requireServerId(node), data: node.data };
    },
  };
}

/** A cold migration ends when it is confirmed: until then Nova keeps the old disk. */
async function migrate(cloud: Cloud, node: NodeFacts, request: OperationRequest): Promise<PhysicalNode> {
  const doing = 'the server could not be migrated';
  await runServerOperation(
    cloud,
    node,
    {
      action: { migrate: null },
      recordedAs: 'migrate',
      doing,
      until: ['VERIFY_RESIZE', 'ACTIVE', 'SHUTOFF'],
    },
    request,
  );
  return runServerOperation(
    cloud,
    node,
    {
      action: { confirmResize: null },
      recordedAs: 'confirmResize',
      doing,
      from: ['VERIFY_RESIZE'],
      until: ['ACTIVE', 'SHUTOFF'],
      isState: true,
    },
    // Nova takes no other mark of a server whose migration is not confirmed.
    request,
  );
}

function text(description: string): OperationParameter {
  return { description, required: false, type: 'String' };
}

/** @throws CoppiceError `bad-request`. */
function rebootType(written: Json | undefined): 'SOFT' | 'HARD' {
  const type = typeof written === 'string' ? written.toUpperCase() : (written ?? 'SOFT');
  if (type === 'SOFT' || type === 'HARD') return type;
  throw new CoppiceError('bad-request', `type: expected SOFT or HARD, found ${quoteValue(written)}`);
}

/** @throws CoppiceError `bad-request` that does not quote the value. */
function required(name: string, value: JsonObject[string] | undefined): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new CoppiceError(
    'bad-request',
    `${name}: expected a text, found ${value === undefined ? 'nothing' : 'another value'}`,
  );
}
