import type { Json } from '../domain/json.ts';

export interface OperationParameter {
  readonly description: string;
  readonly required: boolean;
  readonly type: 'String' | 'Integer' | 'Boolean' | 'Map';
  readonly default?: Json;
  readonly allowed?: readonly string[];
  /** Its value rests encrypted, and is shown nowhere. */
  readonly secret?: true;
  /** It cannot be done without this, though Senlin's schema, which is shown, says that it may be absent. */
  readonly isNeeded?: true;
}
