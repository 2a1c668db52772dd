import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTestStore, type TestStore } from '../../test/support/backends.ts';
import { FakeCloud } from '../../test/support/fake-cloud.ts';
import { aCluster, aProfile } from '../../test/support/rows.ts';
import { testCaller as caller, testTools } from '../../test/support/test-server.ts';
import type { JsonObject } from '../domain/json.ts';
import { readSpecDocument } from '../domain/spec-document.ts';
import { registryOf } from '../profiles/registry.ts';
import { listActions } from '../store/action-listing.ts';
import { insertCluster } from '../store/clusters.ts';
import { listPolicies } from '../store/policies.ts';
import { insertProfile, listProfiles } from '../store/profiles.ts';
import { enqueueOnCluster } from './cluster-actions.ts';
import { attaching } from './cluster-policies.ts';
import { createPolicy, validatePolicy } from './policies.ts';
import { createProfile, validateProfile } from './profiles.ts';
import { recoverInputs } from './recover-inputs.ts';
import type { RequestTools } from './request-tools.ts';

function health(changes: JsonObject = {}): JsonObject {
  const detection = { interval: 60, detection_modes: [{ type: 'NODE_STATUS_POLLING' }] };
  const properties = { detection, recovery: { actions: [{ name: 'RECREATE' }] }, ...changes };
  return { type: 'senlin.policy.health', version: '1.3', properties };
}

describe('A spec', () => {
  let opened: TestStore;
  let cloud: FakeCloud;
  let tools: RequestTools;

  beforeEach(async () => {
    opened = await openTestStore();
    cloud = new FakeCloud();
    tools = testTools(opened.store, cloud);
  });

  afterEach(() => opened.close());

  test('keeps what its user wrote, its version as text', async () => {
    const spec = { type: 'test.node', version: 1, properties: { flavor: '1' } };
    const profile = await createProfile(tools, caller, { name: 'p', spec, metadata: {} });
    expect(profile).toMatchObject({ type: 'test.node-1.0', spec: { ...spec, version: '1.0' } });
    expect(await listProfiles(tools.store.db)).toEqual([profile]);
  });

  test.each<[string, JsonObject, string]>([
    ['no type', { version: '1.0' }, "Required spec item 'type' not provided"],
    ['no version', { type: 'test.node' }, "Required spec item 'version' not provided"],
    [
      'properties that are no map',
      { type: 'test.node', version: '1.0', properties: 'x' },
      'properties: expected a map, found a text',
    ],
    [
      'a key that is unknown',
      { type: 'test.node', version: '1.0', propertis: {} },
      "Unrecognizable spec item 'propertis'",
    ],
    [
      'a value of the wrong type',
      { type: 'test.node', version: '1.0', properties: { flavor: '1', size: 'large' } },
      'size: expected a whole number, found "large"',
    ],
  ])('with %s is refused and says what is wrong', async (_, spec, sentence) => {
    await expect(createProfile(tools, caller, { name: 'p', spec, metadata: {} })).rejects.toMatchObject({
      code: 'invalid-spec',
      message: expect.stringContaining(sentence) as string,
    });
    expect(await listProfiles(tools.store.db)).toEqual([]);
  });

  test('that only the machine can judge is held against it before it is kept', async () => {
    const type = {
      ...cloud.type,
      examine: async () => [
        { field: 'command', expected: 'a program that exists', found: '"/no/such/program"' },
      ],
    };
    const strict = { ...tools, profileTypes: registryOf([type]) };
    await expect(
      validateProfile(strict, { type: 'test.node', version: '1.0', properties: {} }),
    ).rejects.toMatchObject({
      message: 'command: expected a program that exists, found "/no/such/program"',
      details: { issues: [{ field: 'properties.command' }] },
    });
  });

  test('of a policy that is wrong is refused with every thing that is', async () => {
    const wrong = health({ detction: {}, recovery: { actions: [{ name: 'REBOOOT' }] } });
    await expect(createPolicy(tools, caller, { name: 'p', spec: wrong })).rejects.toMatchObject({
      code: 'invalid-spec',
      details: {
        issues: expect.arrayContaining([
          expect.objectContaining({ field: 'properties.detction' }),
        ]) as unknown,
      },
    });
    expect(await listPolicies(tools.store.db)).toEqual([]);
  });

  test('of a policy is held against the configuration', () => {
    const slow = { ...tools, checkSettings: { healthCheckIntervalMin: 61 } };
    expect(() => validatePolicy(slow, health())).toThrow(/interval/);
    expect(validatePolicy(tools, health())).toMatchObject({ version: '1.3' });
  });

  describe('of a policy, attached to a cluster', () => {
    beforeEach(async () => {
      const profile = aProfile();
      await tools.store.write(async (tx) => {
        await insertProfile(tx, profile);
        await insertCluster(tx, aCluster({ name: 'web', profileId: profile.id }));
      });
    });

    test('is accepted where the profile can do what it asks for', async () => {
      const spec = health({ recovery: { actions: [{ name: 'REBUILD' }] } });
      const policy = await createPolicy(tools, caller, { name: 'p', spec });
      await enqueueOnCluster(tools, caller, 'web', attaching({ policy: 'p', enabled: false }));
      const [action] = await listActions(tools.store.db);
      expect(action).toMatchObject({ inputs: { policy_id: policy.id, enabled: false } });
    });

    test('is refused where the profile has no such operation', async () => {
      const type = { ...cloud.type, operations: {} };
      const poor = { ...tools, profileTypes: registryOf([type]) };
      const spec = health({ recovery: { actions: [{ name: 'REBUILD' }] } });
      await createPolicy(poor, caller, { name: 'p', spec });
      await expect(enqueueOnCluster(poor, caller, 'web', attaching({ policy: 'p' }))).rejects.toMatchObject({
        code: 'invalid-spec',
        message: expect.stringContaining('REBUILD') as string,
      });
      expect(await listActions(tools.store.db)).toEqual([]);
    });
  });

  test('of a type that does not exist is refused with those that there are', async () => {
    const spec = { type: 'test.nod', version: '1.0', properties: {} };
    await expect(createProfile(tools, caller, { name: 'p', spec, metadata: {} })).rejects.toMatchObject({
      code: 'resource-not-found',
      message: 'type: expected one of test.node, found "test.nod" (did you mean test.node?)',
      senlinMessage: "The profile_type 'test.nod-1.0' could not be found.",
      details: { issues: [{ field: 'type', expected: 'one of test.node', found: '"test.nod"' }] },
    });
  });

  test.each<[JsonObject]>([
    [{ type: 'test.node-1.0', version: '1.0' }],
    [{ type: 'test.nod', version: '1.0' }],
    [{ type: 'test.node', version: '1.4' }],
    [{ type: 'test.node' }],
    [{ version: '1.0' }],
  ])('with the type and version %j is refused in the words of the check in the CLI', async (spec) => {
    const { issues } = readSpecDocument(spec, tools.profileTypes.all);
    expect(issues).toHaveLength(1);
    await expect(validateProfile(tools, spec)).rejects.toMatchObject({ details: { issues } });
  });

  describe('of a recovery', () => {
    const profile = aProfile();

    beforeEach(() => tools.store.write((tx) => insertProfile(tx, profile)));

    test('takes an operation in any case, with its parameters', async () => {
      const asked = { operation: 'reboot', operationParams: { type: 'SOFT' }, check: true };
      expect(
        await recoverInputs(tools.store.db, tools, { profileId: profile.id, clusterId: null }, asked),
      ).toEqual({
        operation: 'REBOOT',
        operation_params: { type: 'SOFT' },
        check: true,
      });
    });

    test.each([
      [
        'an unknown parameter',
        { kind: 'SOFT' },
        'operation_params.kind: expected one of type, found an unknown key',
      ],
      ['a wrong value', { type: 'NICE' }, 'operation_params.type: expected one of SOFT, HARD, found "NICE"'],
    ])('is refused with %s', async (_, operationParams, message) => {
      const asked = { operation: 'REBOOT', operationParams };
      await expect(
        recoverInputs(tools.store.db, tools, { profileId: profile.id, clusterId: null }, asked),
      ).rejects.toMatchObject({
        message,
      });
    });

    test('is refused with an operation that is misspelled, and says which is meant', async () => {
      await expect(
        recoverInputs(
          tools.store.db,
          tools,
          { profileId: profile.id, clusterId: null },
          { operation: 'REBOT' },
        ),
      ).rejects.toThrow('(did you mean REBOOT?)');
    });

    test('makes a node again, beside the old one where surge is asked for and the profile can', async () => {
      const recreate = (operationParams: JsonObject, profileId = profile.id) =>
        recoverInputs(
          tools.store.db,
          tools,
          { profileId, clusterId: null },
          { operation: 'RECREATE', operationParams },
        );
      await expect(recreate({ type: 'SOFT' })).rejects.toMatchObject({
        code: 'bad-request',
        message:
          'operation_params: expected surge alone for RECREATE, which deletes the node and creates it again from its profile, found a map with type',
      });
      await expect(recreate({ surge: 'maybe' })).rejects.toThrow(
        'operation_params.surge: expected true or false',
      );
      await expect(recreate({ retain: {} })).rejects.toThrow('a RECREATE that is requested keeps it as well');
      expect(await recreate({})).toEqual({ operation: 'RECREATE', operation_params: {} });
      expect(await recreate({ surge: 'false' })).toEqual({ operation: 'RECREATE', operation_params: {} });
      const able = tools.profileTypes.find(profile.type)?.surge !== undefined;
      const asked = recreate({ surge: 'true' });
      if (able) expect(await asked).toEqual({ operation: 'RECREATE', operation_params: { surge: true } });
      else await expect(asked).rejects.toThrow('nodes of test.node-1.0 cannot be made beside the old one');
    });

    test('is refused with parameters of no operation', async () => {
      const asked = { operationParams: { type: 'SOFT' } };
      await expect(
        recoverInputs(tools.store.db, tools, { profileId: profile.id, clusterId: null }, asked),
      ).rejects.toMatchObject({
        code: 'bad-request',
      });
    });
  });
});
