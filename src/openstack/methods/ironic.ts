/** python-ironicclient's managers (ironicclient/v1/): nodes, ports, drivers and chassis. */
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import {
  type ClientMethod,
  clientMethod,
  type MethodArguments,
  type MethodCall,
  MethodFailure,
} from './client-method.ts';
import { onceByKey } from './once.ts';
import { isGiven, partOf, pathOf, pick, plainText, type Query, remove, send, show } from './requests.ts';

const node = '/nodes/{node_id}';
const PAGE = 'marker=null, limit=null, sort_key=null, sort_dir=null, detail=false, fields=null';
const page = ['marker', 'limit', 'sort_key', 'sort_dir', 'fields'] as const;

/** What is null is not asked for; what is false is. */
function asked(given: MethodArguments, names: readonly string[]): Query {
  const wanted = Object.entries(pick(given, names)).filter(([, value]) => value !== null);
  return Object.fromEntries(wanted.map(([name, value]) => [name, textFor(value)]));
}

function textFor(value: Json): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return Array.isArray(value) ? value.map(plainText).join(',') : plainText(value);
}

/** With all pages where `limit` is given, as many as that; else the first one, as Ironic gives it. */
function listOf(
  path: string,
  key: string,
  more: readonly string[] = [],
  detailAt = `${path}/detail`,
): MethodCall {
  return async (given, service) => {
    const at = pathOf(isGiven(given['detail']) ? detailAt : path, given);
    let query = asked(given, [...page, ...more]);
    const most = isGiven(given['limit']) ? Number(given['limit']) : 0;
    const all: Json[] = [];
    for (;;) {
      const { body } = await service.request({ method: 'GET', path: at, query });
      const found = partOf(body, key);
      all.push(...(Array.isArray(found) ? found : []));
      const next = partOf(body, 'next');
      if (most === 0 || all.length >= most || typeof next !== 'string')
        return most === 0 ? all : all.slice(0, most);
      query = Object.fromEntries(new URL(next, 'http://ironic').searchParams);
    }
  };
}

const fields = (given: MethodArguments): Query => asked(given, ['fields']);

/** The only one that a list with this query has. */
function onlyOf(path: string, key: string, by: string): MethodCall {
  return async (given, service) => {
    const at = given['fields'] === null ? `${path}/detail` : path;
    const { body } = await service.request({ method: 'GET', path: at, query: asked(given, [by, 'fields']) });
    const found = partOf(body, key);
    const [only, ...others] = Array.isArray(found) ? found : [];
    if (only === undefined || others.length > 0) throw new MethodFailure('Not Found (HTTP 404)');
    return only;
  };
}

/** JSON that may be a list, which a body of other services never is. */
function sendJson(
  verb: 'PUT' | 'POST' | 'PATCH',
  path: string,
  of: (given: MethodArguments) => Json,
  isShown = false,
): MethodCall {
  return async (given, service) => {
    const headers = { 'content-type': 'application/json' };
    const text = JSON.stringify(of(given));
    const answer = await service.request({ method: verb, path: pathOf(path, given), text, headers });
    return isShown ? answer.body : null;
  };
}

const patch = ({ patch: changes = null }: MethodArguments): Json => changes;

function createOnce(path: string): MethodCall {
  return onceByKey(
    'uuid',
    async (service) => (await service.request({ method: 'GET', path: `${path}/${service.key}` })).body,
    async (body, service) => (await service.request({ method: 'POST', path, body })).body,
  );
}

const powerStates: Readonly<Record<string, string>> = {
  on: 'power on',
  off: 'power off',
  reboot: 'rebooting',
  'soft off': 'soft power off',
  'soft reboot': 'soft rebooting',
};

function powerOf({ state, soft, timeout }: MethodArguments): JsonObject {
  const name = plainText(state);
  const wanted = isGiven(soft) ? `soft ${name}` : name;
  return { target: powerStates[wanted] ?? name, ...(isGiven(timeout) ? { timeout: Number(timeout) } : {}) };
}

function provisionOf(given: MethodArguments): JsonObject {
  const { state = null, configdrive, cleansteps, rescue_password: password, deploysteps } = given;
  return {
    target: state,
    ...(isGiven(configdrive)
      ? { configdrive }
      : isGiven(cleansteps)
        ? { clean_steps: cleansteps }
        : isGiven(password)
          ? { rescue_password: password }
          : {}),
    ...(isGiven(deploysteps) ? { deploy_steps: deploysteps } : {}),
  };
}

const falseTexts: ReadonlySet<string> = new Set(['false', 'f', 'no', 'n', 'off', '0']);

const setMaintenance: MethodCall = async (given, service) => {
  const { state, maint_reason: reason = null } = given;
  const isOn = typeof state === 'string' ? !falseTexts.has(state.toLowerCase()) : state === true;
  const path = pathOf(`${node}/maintenance`, given);
  await service.request(isOn ? { method: 'PUT', path, body: { reason } } : { method: 'DELETE', path });
  return null;
};

function passThrough(of: string): MethodCall {
  return async (given, service) => {
    const verb = isGiven(given['http_method']) ? plainText(given['http_method']).toUpperCase() : 'POST';
    const path = `${of}/vendor_passthru/{method}`;
    const { args } = given;
    if (verb === 'DELETE') return await remove(path)(given, service);
    if (verb === 'GET') return await show(path)(given, service);
    if (verb !== 'POST' && verb !== 'PUT' && verb !== 'PATCH')
      throw new MethodFailure(`Unknown HTTP method: ${verb}`);
    return await sendJson(verb, path, () => (isJsonObject(args) ? args : {}), true)(given, service);
  };
}

export const ironicMethods: readonly ClientMethod[] = [
  clientMethod(
    'node.get(node_id, fields=null)',
    'Shows a node, by its id or name.',
    show(node, undefined, fields),
  ),
  clientMethod(
    'node.get_by_instance_uuid(instance_uuid, fields=null)',
    'The node of a server.',
    onlyOf('/nodes', 'nodes', 'instance_uuid'),
  ),
  clientMethod(
    `node.list(associated=null, maintenance=null, ${PAGE}, provision_state=null, driver=null, resource_class=null, chassis=null, fault=null)`,
    'Lists the nodes.',
    listOf('/nodes', 'nodes', [
      'associated',
      'maintenance',
      'provision_state',
      'driver',
      'resource_class',
      'fault',
    ]),
  ),
  clientMethod(
    'node.create(**kwargs)',
    'Creates the record of a node: `driver`, `driver_info`, `name`, ...',
    createOnce('/nodes'),
  ),
  clientMethod(
    'node.update(node_id, patch)',
    'Changes a node by a JSON patch.',
    sendJson('PATCH', node, patch, true),
  ),
  clientMethod('node.delete(node_id)', 'Deletes the record of a node.', remove(node)),
  clientMethod(
    'node.set_power_state(node_id, state, soft=false, timeout=null)',
    'Begins to turn a node `on`, `off`, or to `reboot` it.',
    send('PUT', `${node}/states/power`, powerOf),
  ),
  clientMethod(
    'node.set_provision_state(node_uuid, state, configdrive=null, cleansteps=null, rescue_password=null, deploysteps=null)',
    'Begins to bring a node into a state: `manage`, `provide`, `active`, ...',
    send('PUT', '/nodes/{node_uuid}/states/provision', provisionOf),
  ),
  clientMethod(
    'node.set_boot_device(node_uuid, boot_device, persistent=false)',
    'Sets the boot device.',
    send(
      'PUT',
      '/nodes/{node_uuid}/management/boot_device',
      ({ boot_device = null, persistent = false }) => ({ boot_device, persistent }),
    ),
  ),
  clientMethod(
    'node.get_boot_device(node_uuid)',
    'The boot device.',
    show('/nodes/{node_uuid}/management/boot_device'),
  ),
  clientMethod(
    'node.get_supported_boot_devices(node_uuid)',
    'The boot devices that there are.',
    show('/nodes/{node_uuid}/management/boot_device/supported'),
  ),
  clientMethod(
    'node.set_maintenance(node_id, state, maint_reason=null)',
    'Puts a node into maintenance, or takes it out.',
    setMaintenance,
  ),
  clientMethod('node.states(node_uuid)', 'The states of a node.', show('/nodes/{node_uuid}/states')),
  clientMethod(
    'node.validate(node_uuid)',
    'Whether a node can be used.',
    show('/nodes/{node_uuid}/validate'),
  ),
  clientMethod(
    'node.get_console(node_uuid)',
    'The console of a node.',
    show('/nodes/{node_uuid}/states/console'),
  ),
  clientMethod(
    'node.set_console_mode(node_uuid, enabled)',
    'Starts or stops the console.',
    send('PUT', '/nodes/{node_uuid}/states/console', ({ enabled = null }) => ({ enabled })),
  ),
  clientMethod(
    'node.set_target_raid_config(node_ident, target_raid_config)',
    'Sets the RAID that a node is to have.',
    sendJson('PUT', '/nodes/{node_ident}/states/raid', ({ target_raid_config: raid = null }) => raid),
  ),
  clientMethod(
    `node.list_ports(node_id, ${PAGE})`,
    'Lists the ports of a node.',
    listOf(`${node}/ports`, 'ports'),
  ),
  clientMethod(
    'node.vif_list(node_ident)',
    'Lists the VIFs of a node.',
    show('/nodes/{node_ident}/vifs', 'vifs'),
  ),
  clientMethod(
    'node.vif_attach(node_ident, vif_id, **kwargs)',
    'Attaches a VIF.',
    send('POST', '/nodes/{node_ident}/vifs', ({ node_ident: _node, vif_id: id = null, ...more }) => ({
      ...more,
      id,
    })),
  ),
  clientMethod(
    'node.vif_detach(node_ident, vif_id)',
    'Detaches a VIF.',
    remove('/nodes/{node_ident}/vifs/{vif_id}'),
  ),
  clientMethod(
    'node.vendor_passthru(node_id, method, args=null, http_method=null)',
    "Calls a method of a node's driver.",
    passThrough(node),
  ),
  clientMethod(
    'node.get_vendor_passthru_methods(node_ident)',
    "The methods of a node's driver.",
    show('/nodes/{node_ident}/vendor_passthru/methods'),
  ),
  clientMethod(
    'port.get(port_id, fields=null)',
    'Shows a port.',
    show('/ports/{port_id}', undefined, fields),
  ),
  clientMethod(
    'port.get_by_address(address, fields=null)',
    'The port with a MAC address.',
    onlyOf('/ports', 'ports', 'address'),
  ),
  clientMethod(
    `port.list(address=null, ${PAGE}, node=null, portgroup=null)`,
    'Lists the ports.',
    listOf('/ports', 'ports', ['address', 'node', 'portgroup']),
  ),
  clientMethod('port.create(**kwargs)', 'Creates a port: `address`, `node_uuid`, ...', createOnce('/ports')),
  clientMethod(
    'port.update(port_id, patch)',
    'Changes a port by a JSON patch.',
    sendJson('PATCH', '/ports/{port_id}', patch, true),
  ),
  clientMethod('port.delete(port_id)', 'Deletes a port.', remove('/ports/{port_id}')),
  clientMethod(
    'driver.list(driver_type=null, detail=null, fields=null)',
    'Lists the drivers.',
    show('/drivers', 'drivers', (given) => ({
      ...(isGiven(given['driver_type']) ? { type: plainText(given['driver_type']) } : {}),
      ...asked(given, ['detail', 'fields']),
    })),
  ),
  clientMethod(
    'driver.get(driver_name, fields=null)',
    'Shows a driver.',
    show('/drivers/{driver_name}', undefined, fields),
  ),
  clientMethod(
    'driver.properties(driver_name)',
    'The properties of a driver.',
    show('/drivers/{driver_name}/properties'),
  ),
  clientMethod(
    'driver.raid_logical_disk_properties(driver_name)',
    'What a RAID of a driver may have.',
    show('/drivers/{driver_name}/raid/logical_disk_properties'),
  ),
  clientMethod(
    'driver.vendor_passthru(driver_name, method, args=null, http_method=null)',
    'Calls a method of a driver.',
    passThrough('/drivers/{driver_name}'),
  ),
  clientMethod(
    'driver.get_vendor_passthru_methods(driver_name)',
    'The methods of a driver.',
    show('/drivers/{driver_name}/vendor_passthru/methods'),
  ),
  clientMethod(
    'chassis.get(chassis_id, fields=null)',
    'Shows a chassis.',
    show('/chassis/{chassis_id}', undefined, fields),
  ),
  clientMethod(`chassis.list(${PAGE})`, 'Lists the chassis.', listOf('/chassis', 'chassis')),
  clientMethod(
    `chassis.list_nodes(chassis_id, ${PAGE}, associated=null, maintenance=null, provision_state=null)`,
    'Lists the nodes of a chassis.',
    listOf('/chassis/{chassis_id}/nodes', 'nodes', ['associated', 'maintenance', 'provision_state']),
  ),
  clientMethod('chassis.create(**kwargs)', 'Creates a chassis.', createOnce('/chassis')),
  clientMethod(
    'chassis.update(chassis_id, patch)',
    'Changes a chassis by a JSON patch.',
    sendJson('PATCH', '/chassis/{chassis_id}', patch, true),
  ),
  clientMethod('chassis.delete(chassis_id)', 'Deletes a chassis.', remove('/chassis/{chassis_id}')),
];
