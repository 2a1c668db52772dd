/** How the actions of a test probe nodes: as in production, with the default rules for outbound requests. */
import { recoveryProbe } from '../../src/actions/recovery-probe.ts';
import { HttpClient } from '../../src/outbound/http-client.ts';

export const http = new HttpClient();
export const probe = recoveryProbe({ http });
