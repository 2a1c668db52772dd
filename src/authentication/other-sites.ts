/** What pages of other sites can make the browser of a user send. */
import { CoppiceError } from '../domain/errors.ts';
import type { IncomingFacts } from './authentication.ts';

/**
 * A page of another site may link to us (navigation by GET), and send nothing else.
 * @throws CoppiceError `forbidden`
 */
export function refuseOtherSites(request: IncomingFacts): void {
  const origin = request.header('origin');
  const host = request.header('host');
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`)
    throw new CoppiceError(
      'forbidden',
      `Origin: expected none or http://${host}, found ${JSON.stringify(origin.slice(0, 100))}`,
    );
  const link = request.method === 'GET' && request.header('sec-fetch-mode') === 'navigate';
  if (request.header('sec-fetch-site') === 'cross-site' && !link)
    throw new CoppiceError('forbidden', 'The request comes from a page of another site.');
}
