/** That no host takes a node: nothing was touched for it, and whether that passes by itself. */
import { CoppiceError, type ErrorRecord } from '../domain/errors.ts';

export interface NoPlace {
  /** In a clause. */
  readonly reason: string;
  /** It ends when a host is up again; false: it stays so until an operator changes what was asked for. */
  readonly passes: boolean;
}

const passing = { no_place: true } as const;

/** @param doing `the server could not be evacuated` */
export function noPlaceError({ reason, passes }: NoPlace, doing: string): CoppiceError {
  return new CoppiceError('operation-failed', `${doing}: ${reason}`, passes ? { details: passing } : {});
}

/** Of an operation that touched nothing, for want of a host that may come up. */
export function isUnplaced({ details }: Pick<ErrorRecord, 'details'>): boolean {
  return details?.['no_place'] === true;
}
