/**
 * What `node recover` and `cluster recover` have in common: which operation, with which parameters, and
 * whether to probe first.
 */
import type { Command } from 'commander';
import type { JsonObject } from '../../domain/json.ts';
import { usageError } from '../cli-error.ts';
import { given, keyValue } from '../option-values.ts';
import { WAIT_FLAG, WAIT_TEXT } from './started-action.ts';
import type { WaitOption } from './started-action.ts';

export interface RecoverOptions extends WaitOption {
  readonly operation?: string;
  readonly param?: Readonly<Record<string, string>>;
  readonly check?: boolean;
}

/** @param check what --check does. */
export function withRecoverOptions(command: Command, check: string): Command {
  return command
    .option('--operation <name>', 'REBOOT, REBUILD or RECREATE, instead of the chain of the policy')
    .option('--param <key=value>', 'a parameter of the operation; may be given again', keyValue)
    .option('--check', check)
    .option(WAIT_FLAG, WAIT_TEXT);
}

export function recoverBody({ operation, param, check }: RecoverOptions): JsonObject {
  if (param !== undefined && operation === undefined)
    throw usageError('--param is for an operation: give --operation, too');
  return given({ operation, operation_params: param && { ...param }, check });
}
