import type { Issue } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import { readSpecDocument } from '../domain/spec-document.ts';
import type { PolicyType } from './policy-type.ts';
import { policyTypes } from './registry.ts';

export type PolicyDocument =
  | { readonly ok: true; readonly type: PolicyType; readonly properties: Json | undefined }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/** Finds the policy type of a spec; its properties are not checked yet. */
export function readPolicyDocument(spec: Json | undefined): PolicyDocument {
  const { type, properties, issues } = readSpecDocument(spec, policyTypes);
  if (type === undefined || issues.length > 0) return { ok: false, issues };
  return { ok: true, type, properties };
}
