/**
 * What Senlin's API has and this Coppice does not yet have: said so, instead of "not found". A line goes when
 * its part comes.
 */
import { unsupported } from '../../requests/record-action.ts';
import { route, type Method, type Route } from '../route.ts';

const missing: readonly (readonly [Method, path: string, what: string, since?: number])[] = [
  ['GET', '/v1/receivers', 'Receivers'],
  ['POST', '/v1/receivers', 'Receivers'],
  ['GET', '/v1/receivers/{receiver}', 'Receivers'],
  ['PATCH', '/v1/receivers/{receiver}', 'Receivers'],
  ['DELETE', '/v1/receivers/{receiver}', 'Receivers'],
  ['POST', '/v1/receivers/{receiver}/notify', 'Receivers'],
  ['POST', '/v1/webhooks/{receiver}/trigger', 'Receivers'],
];

export const notYetRoutes: Route[] = missing.map(([method, path, what, since]) =>
  route({
    method,
    path,
    summary: 'Not yet supported',
    tag: 'Not yet',
    role: 'member',
    ...(since === undefined ? {} : { since }),
    answers: {},
    handle: () => Promise.reject(unsupported(what)),
  }),
);
