/** That no host takes a node: nothing was touched for it, and whether that passes by itself. */
import { CoppiceError } from '../domain/errors.ts';
import { unplaced } from '../domain/unplaced.ts';

export interface NoPlace {
  /** In a clause. */
  readonly reason: string;
  /** It ends when a host is up again; false: it stays so until an operator changes what was asked for. */
  readonly passes: boolean;
}

/** @param doing `the server could not be evacuated` */
export function noPlaceError({ reason, passes }: NoPlace, doing: string): CoppiceError {
  return new CoppiceError('operation-failed', `${doing}: ${reason}`, passes ? { details: unplaced } : {});
}
