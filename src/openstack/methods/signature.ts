/** Signatures of methods, as text: `stacks.list(limit=null, **kwargs)`. */
import type { Json } from '../../domain/json.ts';

export interface Signature {
  /** As in Python: `servers.get`. */
  readonly name: string;
  readonly parameters: readonly MethodParameter[];
  /** `**kwargs`: it takes any other argument too. */
  readonly takesMore: boolean;
}

export interface MethodParameter {
  readonly name: string;
  /** undefined: it has to be given. */
  readonly default: Json | undefined;
}

const form = /^([\w.]+)\((.*)\)$/;

/** @throws Error for a text that is none: a mistake in a table. */
export function parseSignature(text: string): Signature {
  const [, name, inside] = form.exec(text) ?? [];
  if (name === undefined || inside === undefined) throw new Error(`no signature: ${text}`);
  const parts = inside.split(/,\s*/).filter((part) => part !== '');
  const named = parts.filter((part) => !part.startsWith('**'));
  return { name, parameters: named.map(parameterIn), takesMore: named.length < parts.length };
}

function parameterIn(text: string): MethodParameter {
  const [name = '', written] = text.split('=');
  return { name, default: written === undefined ? undefined : (JSON.parse(written) as Json) };
}
