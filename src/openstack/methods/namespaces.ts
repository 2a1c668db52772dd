/** The methods of all clients that there are, by the name that workflows have for the service. */
import type { CloudError } from '../cloud-error.ts';
import type { Cloud } from '../cloud.ts';
import type { CallContext, CloudAnswer } from '../cloud-request.ts';
import type { ClientMethod, ServiceCall } from './client-method.ts';
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
  /** A refusal in the words of the Python client. */
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

export const serviceNamespaces: readonly ServiceNamespace[] = [nova];

/** `Instance X could not be found. (HTTP 404) (Request-ID: req-...)` */
function withRequestId({ reason, status, requestId, message }: CloudError): string {
  if (status === null) return message;
  return `${reason} (HTTP ${status})${requestId === null ? '' : ` (Request-ID: ${requestId})`}`;
}
