import { z } from 'zod';
import { requireObject } from '../../requests/find-object.ts';
import {
  createProfile,
  deleteProfile,
  shownProfile,
  updateProfile,
  validateProfile,
} from '../../requests/profiles.ts';
import { profileWarnings } from '../../requests/profile-warnings.ts';
import { typeNameOf } from '../../requests/spec-document.ts';
import { listProfiles } from '../../store/profiles.ts';
import { withoutUndefined, mapField, metadataField, nameField, optional } from '../fields.ts';
import { listQuery, toStoreQuery } from '../list-query.ts';
import { listBody, listShape } from '../next-page.ts';
import { warningsShape, withWarnings } from '../shapes/common.ts';
import { param, route, type Route } from '../route.ts';
import {
  profileShape,
  toProfileAnswer,
  toValidatedProfileAnswer,
  validatedProfileShape,
} from '../shapes/profile.ts';

const tag = 'Profiles';
const one = z.strictObject({ profile: profileShape });
const VALIDATE_SINCE = 2;

const list = route({
  method: 'GET',
  path: '/v1/profiles',
  summary: 'List profiles',
  tag,
  query: listQuery({
    filters: { name: null, type: null },
    sorts: ['type', 'name', 'created_at', 'updated_at'],
  }),
  isRepeatable: true,
  answers: {
    200: { description: 'The profiles.', schema: listShape('profiles', profileShape) },
  },
  async handle(request) {
    const { tools, caller, query } = request;
    const profiles = await listProfiles(tools.store.db, toStoreQuery(query, caller));
    const shown = profiles.map((profile) => toProfileAnswer(shownProfile(tools, profile)));
    return { status: 200, body: listBody(request, 'profiles', shown) };
  },
});

const create = route({
  method: 'POST',
  path: '/v1/profiles',
  summary: 'Create a profile',
  tag,
  body: z.object({
    profile: z.strictObject({ name: nameField(), spec: mapField(), metadata: optional(metadataField()) }),
  }),
  answers: { 201: { description: 'The profile.', schema: one.extend({ warnings: warningsShape }) } },
  async handle({ tools, caller, body: { profile } }) {
    const { name, spec, metadata = {} } = profile;
    const created = await createProfile(tools, caller, { name, spec, metadata });
    const warnings = profileWarnings(tools, created);
    return { status: 201, body: withWarnings({ profile: toProfileAnswer(created) }, warnings) };
  },
});

const validate = route({
  method: 'POST',
  path: '/v1/profiles/validate',
  summary: 'Check the spec of a profile without creating it',
  tag,
  since: VALIDATE_SINCE,
  body: z.object({ profile: z.strictObject({ spec: mapField() }) }),
  answers: {
    200: {
      description: 'It is valid.',
      schema: z.strictObject({ profile: validatedProfileShape, warnings: warningsShape }),
    },
  },
  async handle({ tools, caller, body }) {
    const spec = await validateProfile(tools, body.profile.spec);
    const warnings = profileWarnings(tools, { type: typeNameOf(spec), spec });
    return {
      status: 200,
      body: withWarnings({ profile: toValidatedProfileAnswer(spec, caller) }, warnings),
    };
  },
});

const show = route({
  method: 'GET',
  path: '/v1/profiles/{profile}',
  summary: 'Show a profile',
  tag,
  answers: { 200: { description: 'The profile.', schema: one } },
  async handle(request) {
    const { tools, caller } = request;
    const profile = await requireObject(tools.store.db, caller, 'profile', param(request, 'profile'));
    return { status: 200, body: { profile: toProfileAnswer(shownProfile(tools, profile)) } };
  },
});

const update = route({
  method: 'PATCH',
  path: '/v1/profiles/{profile}',
  summary: "Change a profile's name or metadata",
  tag,
  body: z.object({
    profile: z.strictObject({ name: optional(nameField()), metadata: optional(metadataField()) }),
  }),
  answers: { 200: { description: 'The profile as it is now.', schema: one } },
  async handle(request) {
    const { tools, caller, body } = request;
    const profile = await updateProfile(
      tools,
      caller,
      param(request, 'profile'),
      withoutUndefined(body.profile),
    );
    return { status: 200, body: { profile: toProfileAnswer(profile) } };
  },
});

const remove = route({
  method: 'DELETE',
  path: '/v1/profiles/{profile}',
  summary: 'Delete a profile',
  tag,
  answers: { 204: { description: 'It is gone.' } },
  async handle(request) {
    await deleteProfile(request.tools, request.caller, param(request, 'profile'));
    return { status: 204 };
  },
});

export const profileRoutes: Route[] = [list, create, validate, show, update, remove];
