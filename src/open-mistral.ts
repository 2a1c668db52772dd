/** Opens the Mistral of the configuration, for recoveries whose workflows it runs. */
import { ConfigError } from './config-error.ts';
import type { Config } from './config.ts';
import { Secret } from './domain/secret.ts';
import type { Stops } from './open-cloud.ts';
import { CloudSession } from './openstack/cloud-session.ts';
import type { Clouds } from './openstack/cloud.ts';
import { MistralClient } from './openstack/mistral-client.ts';
import { noToken } from './openstack/token.ts';
import type { AddressGuard } from './outbound/address-guard.ts';
import { ServiceClient } from './outbound/service-client.ts';
import { MistralWorkflows } from './workflow/mistral/mistral-workflows.ts';

const CONNECTIONS = 16;

/**
 * A Mistral of the cloud in which the nodes are gets a token of the owner of each recovery. Beside no cloud,
 * or a simulated one, it is one without authentication, at the URL of the configuration.
 * @returns undefined: the server knows none.
 * @throws ConfigError where it is to be used and is not known.
 */
export function openMistral(
  config: Config,
  clouds: Clouds | undefined,
  guard: AddressGuard,
  stops: Stops,
): MistralWorkflows | undefined {
  const { cloud, mistralUrl, workflowService } = config;
  if (cloud.use === 'openstack' && clouds !== undefined)
    return new MistralWorkflows((owner) => clouds.of(owner).mistral);
  if (mistralUrl !== null) return withoutToken(mistralUrl, guard, stops);
  if (workflowService === 'embedded') return undefined;
  throw new ConfigError(
    'workflows.use: mistral needs the URL of a Mistral (workflows.url), or the cloud in whose catalog it is (--cloud openstack)',
  );
}

function withoutToken(url: string, guard: AddressGuard, stops: Stops): MistralWorkflows {
  const sender = new ServiceClient({ guard, connections: CONNECTIONS });
  stops.push(() => sender.close());
  const session = new CloudSession({
    settings: {
      authUrl: url,
      // Never sent: there is no Keystone, and `tokensOf` has no token.
      credential: { kind: 'token', token: new Secret(''), scope: { kind: 'unscoped' } },
      origin: { where: 'none: no authentication', test: '' },
      region: null,
      interface: 'public',
      endpointOverrides: { workflow: url },
      verifyTls: true,
      ca: null,
    },
    sender,
    tokensOf: { token: () => Promise.resolve(noToken), discard: () => {} },
  });
  const client = new MistralClient(session);
  return new MistralWorkflows(() => client);
}
