/** `coppice policy check`: the server's own check of a policy, made here. */
import type { Json } from '../domain/json.ts';
import { readPolicyDocument } from '../policies/policy-document.ts';
import { typeName } from '../profiles/profile-type.ts';
import { within } from './spec-check.ts';
import type { SpecFindings } from './spec-check.ts';

export function checkPolicy(spec: Json): SpecFindings {
  const document = readPolicyDocument(spec);
  if (!document.ok) return { type: undefined, issues: document.issues, warnings: [] };
  const type = typeName(document.type);
  const checked = document.type.check(document.properties);
  if (!checked.ok)
    return { type, issues: checked.issues.map((issue) => within('properties', issue)), warnings: [] };
  return { type, issues: [], warnings: checked.warnings.map((issue) => within('properties', issue)) };
}
