/**
 * `coppice policy check`: the server's own check of a policy, made here; with an API, also what only the
 * server knows.
 */
import { within, type Issue } from '../../domain/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import { readPolicyDocument } from '../../policies/policy-document.ts';
import type { CheckedProfile } from '../../policies/policy-type.ts';
import { typeName } from '../../profiles/profile-type.ts';
import type { ProfileType } from '../../profiles/profile-type.ts';
import { findProfileType } from './check-profile.ts';
import type { ApiClient } from '../../client/api-client.ts';
import { CliError } from '../cli-error.ts';
import type { SpecChecker, SpecFindings } from './spec-check.ts';
import { readSpecFile } from '../files/spec-file.ts';
import { warningsIn } from '../rendering/warnings.ts';

/** @param profileFile of the nodes that the policy is for: what they cannot do is found as well. */
export async function policyCheck(profileFile: string | undefined, api?: ApiClient): Promise<SpecChecker> {
  const check = await localCheck(profileFile);
  return async (spec) => {
    const found = await check(spec);
    if (api === undefined || found.issues.length > 0) return found;
    return { ...found, warnings: await serversWarnings(api, spec) };
  };
}

/** All that we find, and what only the server knows. */
async function serversWarnings(api: ApiClient, spec: Json): Promise<Issue[]> {
  const { body } = await api.send('POST /v1/policies/validate', {
    body: { policy: { spec: spec as JsonObject } },
  });
  return warningsIn(body).map((issue) => within('properties', issue));
}

async function localCheck(profileFile: string | undefined): Promise<SpecChecker> {
  if (profileFile === undefined) return (spec) => checkPolicy(spec);
  const { spec: profileSpec } = await readSpecFile(profileFile);
  const profile = findProfileType(profileSpec);
  if (profile === undefined) {
    throw new CliError(
      `${profileFile}: not of a known profile type; see coppice profile check ${profileFile}`,
    );
  }
  const properties = propertiesOf(profileSpec);
  return (spec) => checkPolicy(spec, profile, properties && { name: profileFile, properties });
}

/** undefined where they are wrong: `coppice profile check` says how. */
function propertiesOf(spec: Json): JsonObject | undefined {
  const properties = isJsonObject(spec) ? spec['properties'] : undefined;
  return isJsonObject(properties) ? properties : undefined;
}

function checkPolicy(spec: Json, profileType?: ProfileType, profile?: CheckedProfile): SpecFindings {
  const document = readPolicyDocument(spec);
  if (!document.ok) return { type: undefined, issues: document.issues, warnings: [] };
  const type = typeName(document.type);
  const checked = document.type.check(document.properties);
  const found = checked.ok
    ? {
        issues:
          profileType === undefined
            ? []
            : document.type.checkAgainstProfile(checked.value, profileType, profile),
        warnings: checked.warnings,
      }
    : { issues: checked.issues, warnings: [] };
  return {
    type,
    issues: found.issues.map((issue) => within('properties', issue)),
    warnings: found.warnings.map((issue) => within('properties', issue)),
  };
}
