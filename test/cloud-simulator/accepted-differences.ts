/** Where the simulator differs from the recordings of a real OpenStack, and why. */
const noMachine = 'there is no machine, so nothing is known of its inside';
const ofTheLab = "a fault of the lab, not Nova's answer";

/** The scene takes `changes-since` from this machine, and the time of the simulator runs ahead of it. */
const timeAhead = 'servers that earlier scenes deleted are listed too';

/** Recordings that are not answered in the same way, by title. */
export const notSpoken: Readonly<Record<string, string>> = {
  'nova/server-diagnostics': noMachine,
  'nova/server-topology': noMachine,
  'nova/remote-console': noMachine,
  'nova/volume-attach-unknown': 'there are no volumes, and the lab has no Cinder either',
  'nova/flavor-by-name': 'the id of a flavor is its name',
  'nova/interface-attach-unknown-network': ofTheLab,
  'nova/interface-detach-unknown': 'the lab took the port a moment longer for attached',
  'nova/instance-actions': 'the list of the lab has the attachment that failed by its fault',
  'nova/instance-actions-2.1': 'the list of the lab has the attachment that failed by its fault',
  'nova/instance-actions-page': 'the list of the lab has the attachment that failed by its fault',
  'nova/rebuild-2.1':
    'a rebuild answers as from 2.75 on in older microversions too, which no client here uses',
  'nova/server-security-groups': 'no rules of security groups in Nova: Neutron has them',
  'nova/zones-detail': 'there is no controller with a conductor and a scheduler',
  'nova/zones-detail-down': 'there is no controller with a conductor and a scheduler',
  'nova/hypervisors-detail-with-servers': 'the host that the lab lists first has no server',
  'nova/servers-changed-since': timeAhead,
  'nova/servers-changed-since-with-deleted': timeAhead,
  'placement/resource-provider-traits': 'hosts have no traits: no client here reads them',
  'placement/allocation-candidates': 'there are no candidates: no client here reads them',
  'nova/migrations-of-evacuated': 'there is no list of migrations: no client here asks for it',
};

/** Beginnings of lines that are accepted. */
export const acceptedDifferences: readonly string[] = [
  // A list below a pool that does not exist has the shape of Octavia's framework; its status is enough.
  'octavia/members-of-unknown-pool: missing: ',
  'octavia/members-of-unknown-pool: not expected: ',
  // Errors of Placement have the id of the request in the header alone.
  'placement/resource-provider-unknown: missing: errors[].request_id',
  'placement/resource-providers-by-demo: missing: errors[].request_id',
  // Heat shows defaults of the schema of a resource type, which the simulator does not have.
  'heat/stack-preview: missing: stack.resources[].properties.',
];
