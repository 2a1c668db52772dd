/** What exists in a cloud and can become a node, as it is read there (`Adoption` in profile-type.ts). */
import type { Issue } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Session } from '../domain/session.ts';

export interface Adoptable {
  readonly physicalId: string;
  readonly name: string;
  /** The node that it says it belongs to, of this Coppice or of another; null: it says nothing. */
  readonly nodeId: string | null;
  /** Of the cloud; null: that in which Coppice works where nothing else is said. */
  readonly region: string | null;
  /** The properties of a profile from which a thing like it is created. */
  readonly properties: JsonObject;
  /** What could not be read: each has to be given in `overrides`, under one of these keys. */
  readonly missing: readonly { readonly keys: readonly string[]; readonly issue: Issue }[];
}

export interface AdoptionRequest {
  /** In whose name it is read. */
  readonly owner: Session;
  /** Whether Coppice has it for another project: then it does not exist for the owner. */
  readonly isForeign: (thing: Pick<Adoptable, 'physicalId' | 'nodeId'>) => Promise<boolean>;
  readonly signal: AbortSignal;
}
