/** Nova's API of host aggregates, with the refusals of a real one. */
import type { JsonObject } from '../domain/json.ts';
import type { Aggregate } from './aggregates.ts';
import { SimulatorError } from './api-error.ts';
import { forAdmin, ok, refuseOther, type ComputeTools } from './compute-call.ts';
import { endpoint, member, textIn, textsIn, type SimulatorCall, type SimulatorEndpoint } from './endpoint.ts';

export function aggregateEndpoints({ world }: ComputeTools): SimulatorEndpoint[] {
  const { aggregates, hosts } = world;
  const path = '/v2.1/os-aggregates';
  const found = (call: SimulatorCall): Aggregate => {
    const { id = '' } = call.params;
    const aggregate = aggregates.find(id);
    if (aggregate === undefined) throw new SimulatorError(404, `Aggregate ${id} could not be found.`);
    return aggregate;
  };
  const shown = (aggregate: Aggregate) => ok({ aggregate: describe(aggregate) });
  const refuseTaken = (name: string, self?: Aggregate): void => {
    if (aggregates.all.some((one) => one !== self && one.name === name))
      throw new SimulatorError(409, `Aggregate ${name} already exists.`);
  };
  return [
    endpoint(`GET ${path}`, 'aggregates', (call) => {
      forAdmin(call, 'os_compute_api:os-aggregates:index');
      refuseOther(call, '');
      return ok({ aggregates: aggregates.all.map(describe) });
    }),
    endpoint(`POST ${path}`, 'aggregate', (call) => {
      forAdmin(call, 'os_compute_api:os-aggregates:create');
      const asked = member(call.body, 'aggregate');
      const name = textIn(asked, 'name') ?? '';
      refuseTaken(name);
      const {
        hosts: _hosts,
        metadata: _metadata,
        ...made
      } = describe(aggregates.add(name, textIn(asked, 'availability_zone') ?? null));
      return ok({ aggregate: made });
    }),
    endpoint(`GET ${path}/:id`, 'aggregates', (call) => {
      forAdmin(call, 'os_compute_api:os-aggregates:show');
      return shown(found(call));
    }),
    endpoint(`PUT ${path}/:id`, 'aggregate', (call) => {
      forAdmin(call, 'os_compute_api:os-aggregates:update');
      const aggregate = found(call);
      const asked = member(call.body, 'aggregate');
      const name = textIn(asked, 'name') ?? aggregate.name;
      refuseTaken(name, aggregate);
      aggregates.change(aggregate, { name, zone: textIn(asked, 'availability_zone') ?? aggregate.zone });
      return shown(aggregate);
    }),
    endpoint(`DELETE ${path}/:id`, 'aggregate', (call) => {
      forAdmin(call, 'os_compute_api:os-aggregates:delete');
      const aggregate = found(call);
      if (aggregate.hosts.length > 0) throw refusal(aggregate, 400, 'Host aggregate is not empty.');
      aggregates.remove(aggregate);
      return { status: 200 };
    }),
    endpoint(`POST ${path}/:id/action`, 'aggregate', (call) => {
      const [action = ''] = Object.keys(call.body);
      forAdmin(call, `os_compute_api:os-aggregates:${action}`);
      const aggregate = found(call);
      const asked = member(call.body, action);
      const host = textIn(asked, 'host') ?? '';
      if (action === 'add_host') {
        if (hosts.find(host) === undefined)
          throw new SimulatorError(404, `Compute host ${host} could not be found.`);
        if (aggregate.hosts.includes(host))
          throw new SimulatorError(409, `Aggregate ${aggregate.id} already has host ${host}.`);
        aggregates.change(aggregate, { hosts: [...aggregate.hosts, host] });
      } else if (action === 'remove_host') {
        if (!aggregate.hosts.includes(host))
          throw new SimulatorError(404, `Cannot remove host ${host} in aggregate ${aggregate.id}`);
        aggregates.change(aggregate, { hosts: aggregate.hosts.filter((one) => one !== host) });
      } else if (action === 'set_metadata')
        aggregates.change(aggregate, { metadata: { ...aggregate.metadata, ...textsIn(asked['metadata']) } });
      else throw new SimulatorError(400, `There is no such action: ${action}`);
      return shown(aggregate);
    }),
  ];
}

function refusal({ id }: Aggregate, status: number, reason: string): SimulatorError {
  return new SimulatorError(status, `Cannot remove host from aggregate ${id}. Reason: ${reason}`);
}

function describe({ id, uuid, name, zone, hosts, metadata, createdAt, updatedAt }: Aggregate): JsonObject {
  return {
    id,
    uuid,
    name,
    hosts,
    metadata,
    created_at: timeText(createdAt),
    updated_at: updatedAt === null ? null : timeText(updatedAt),
    deleted_at: null,
    deleted: false,
    availability_zone: zone,
  };
}

function timeText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 23)}000`;
}
