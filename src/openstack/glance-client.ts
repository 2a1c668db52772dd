/** The parts of Glance's API that Coppice uses (Image API v2). */
import { bodyOf, pathSegment } from './answer-body.ts';
import { isStatus } from './cloud-error.ts';
import type { CallContext } from './cloud-request.ts';
import type { CloudSession } from './cloud-session.ts';

export interface Image {
  readonly id: string;
  readonly name: string | null;
  /** `active`: servers can be booted from it. */
  readonly status: string;
}

export class GlanceClient {
  readonly #session: CloudSession;

  constructor(session: CloudSession) {
    this.#session = session;
  }

  /** By id, else by name. @returns all that the name means; an id means one at most. */
  async findImages(idOrName: string, context: CallContext): Promise<readonly Image[]> {
    const byId = await this.#get(idOrName, context);
    if (byId !== undefined) return [byId];
    const query = { name: `in:"${idOrName.replaceAll('"', '\\"')}"` };
    const answer = await this.#session.request(
      { service: 'image', version: 'v2', method: 'GET', path: '/images', query },
      context,
    );
    return bodyOf<{ images: Image[] }>(answer).images;
  }

  async #get(id: string, context: CallContext): Promise<Image | undefined> {
    try {
      const path = `/images/${pathSegment(id)}`;
      return bodyOf<Image>(
        await this.#session.request({ service: 'image', version: 'v2', method: 'GET', path }, context),
      );
    } catch (error) {
      if (isStatus(error, 400, 404)) return undefined;
      throw error;
    }
  }
}
