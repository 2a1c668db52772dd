/**
 * That an operation has touched nothing, because no host, or no service of the cloud, takes it at the moment:
 * that is no try of a recovery, which begins again once it may.
 */
import type { ErrorRecord } from './errors.ts';

/** Of an error that says so. */
export const unplaced = { no_place: true } as const;

export function isUnplaced({ details }: Pick<ErrorRecord, 'details'>): boolean {
  return details?.['no_place'] === true;
}
