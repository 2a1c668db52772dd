/** Commands of Debian's OpenStack clients whose requests are recorded, in order: each uses what is there. */

export interface RecordedCommand {
  readonly as: 'demo' | 'admin';
  /** Without `openstack`; TEMPLATE stands for the path of stack.yaml. */
  readonly command: string;
}

const demo = (...commands: readonly string[]): RecordedCommand[] =>
  commands.map((command) => ({ as: 'demo', command }));
const admin = (...commands: readonly string[]): RecordedCommand[] =>
  commands.map((command) => ({ as: 'admin', command }));

export const recordedCommands: readonly RecordedCommand[] = [
  ...demo(
    'token issue',
    'catalog list',
    'image list',
    'image show cirros-fake',
    'flavor list',
    'flavor show m1.tiny',
    'network list',
    'server create --image cirros-fake --flavor m1.tiny --network private --wait client-web',
    '--os-compute-api-version 2.37 server create --image cirros-fake --flavor m1.tiny --nic none --wait client-bare',
    'server list',
    '--os-compute-api-version 2.79 server list --long',
    'server show client-web',
    'server stop client-web',
    'server start client-web',
    'server reboot --wait client-web',
    'server delete --wait client-bare',
    'server delete --wait client-web',
  ),
  ...admin('server list --all-projects', 'compute service list', 'hypervisor list'),
  ...demo(
    'stack create --wait --template TEMPLATE client-stack',
    'stack list',
    'stack show client-stack',
    'stack resource list client-stack',
    'stack event list client-stack',
    'stack delete --yes --wait client-stack',
  ),
  ...admin(
    'loadbalancer create --name client-lb --vip-subnet-id private --wait',
    'loadbalancer list',
    'loadbalancer show client-lb',
    'loadbalancer pool create --name client-pool --loadbalancer client-lb --protocol HTTP --lb-algorithm ROUND_ROBIN --wait',
    'loadbalancer member create --name client-member --address 10.10.0.90 --protocol-port 80 --wait client-pool',
    'loadbalancer member list client-pool',
    'loadbalancer member show client-pool client-member',
    'loadbalancer status show client-lb',
    'loadbalancer delete --cascade --wait client-lb',
  ),
];
