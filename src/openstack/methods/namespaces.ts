/**
 * The methods of all clients that there are, by the name that workflows have for the service: where it is,
 * in which version it is asked, and how its client words a refusal.
 */
import type { CloudError } from '../cloud-error.ts';
import type { Cloud } from '../cloud.ts';
import type { CallContext, CloudAnswer, CloudRequest } from '../cloud-request.ts';
import { cinderMethods } from './cinder.ts';
import { cinderProjectMethods } from './cinder-projects.ts';
import type { ClientMethod, ServiceCall } from './client-method.ts';
import { glanceMethods } from './glance.ts';
import { heatMethods } from './heat.ts';
import { ironicMethods } from './ironic.ts';
import { keystoneMethods } from './keystone.ts';
import { neutronMethods } from './neutron.ts';
import { novaAttachmentMethods } from './nova-attachments.ts';
import { novaHostMethods } from './nova-hosts.ts';
import { novaLookupMethods } from './nova-lookups.ts';
import { novaServerMethods } from './nova-servers.ts';

export interface ServiceNamespace {
  /** `nova`: of `nova.servers_get`. */
  readonly name: string;
  /** As the class in mistral-extra is named, which its errors say: `NovaAction`. */
  readonly className: string;
  readonly methods: readonly ClientMethod[];
  request(cloud: Cloud, call: ServiceCall, context: CallContext): Promise<CloudAnswer>;
  /** A refusal in the words of the Python client. @param error with a status. */
  errorText(error: CloudError): string;
}

/** In the newest microversion that Coppice uses, unless the call names another one. */
const nova: ServiceNamespace = {
  name: 'nova',
  className: 'NovaAction',
  methods: [...novaServerMethods, ...novaAttachmentMethods, ...novaHostMethods, ...novaLookupMethods],
  request: async ({ nova: client, session }, call, context) =>
    call.microversion === undefined
      ? await client.request(call, context)
      : await session.request({ ...call, service: 'compute' }, context),
  errorText: withRequestId,
};

const heat: ServiceNamespace = {
  name: 'heat',
  className: 'HeatAction',
  methods: heatMethods,
  request: at({ service: 'orchestration' }),
  errorText: ({ reason }) => `ERROR: ${reason}`,
};

const glance: ServiceNamespace = {
  name: 'glance',
  className: 'GlanceAction',
  methods: glanceMethods,
  request: at({ service: 'image', version: 'v2' }),
  errorText: ({ reason, status }) =>
    reason.startsWith(`${status} `) ? `HTTP ${reason}` : `HTTP ${status} ${reason}`,
};

const neutron: ServiceNamespace = {
  name: 'neutron',
  className: 'NeutronAction',
  methods: neutronMethods,
  request: at({ service: 'network', version: 'v2.0' }),
  errorText: ({ reason, requestId }) =>
    requestId === null ? reason : `${reason}\nNeutron server returns request_ids: ['${requestId}']`,
};

/** Without a microversion: in version 3.0, which every Cinder has. */
const cinder: ServiceNamespace = {
  name: 'cinder',
  className: 'CinderAction',
  methods: [...cinderMethods, ...cinderProjectMethods],
  request: at({ service: 'block-storage' }),
  errorText: withRequestId,
};

/** Of Pike, as mistral-extra asks for. */
const ironicVersion = { 'x-openstack-ironic-api-version': '1.34' };

const ironic: ServiceNamespace = {
  name: 'ironic',
  className: 'IronicAction',
  methods: ironicMethods,
  request: at({ service: 'baremetal', version: 'v1', headers: ironicVersion }),
  errorText: ({ reason, status }) => `${reason} (HTTP ${status})`,
};

const keystone: ServiceNamespace = {
  name: 'keystone',
  className: 'KeystoneAction',
  methods: keystoneMethods,
  request: at({ service: 'identity' }),
  errorText: withRequestId,
};

export const serviceNamespaces: readonly ServiceNamespace[] = [
  nova,
  heat,
  glance,
  neutron,
  cinder,
  ironic,
  keystone,
];

function at(service: Pick<CloudRequest, 'service' | 'version' | 'headers'>): ServiceNamespace['request'] {
  return async ({ session }, call, context) =>
    await session.request({ ...call, ...service, headers: { ...service.headers, ...call.headers } }, context);
}

/** `Instance X could not be found. (HTTP 404) (Request-ID: req-...)` */
function withRequestId({ reason, status, requestId }: CloudError): string {
  return `${reason} (HTTP ${status})${requestId === null ? '' : ` (Request-ID: ${requestId})`}`;
}
