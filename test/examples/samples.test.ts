/** Checks every sample: its policy is valid and fits its workflows, and its page and the index are right. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeIssue } from '../../src/domain/errors.ts';
import type { HealthPolicy, Runnable } from '../../src/domain/health-policy.ts';
import { isJsonObject } from '../../src/domain/json.ts';
import type { Cloud, Clouds } from '../../src/openstack/cloud.ts';
import { findPolicyType } from '../../src/policies/registry.ts';
import { novaServer } from '../../src/profiles/os-nova-server/os-nova-server.ts';
import { embeddedWorkflows } from '../../src/workflow/runner/embedded-workflows.ts';
import type { WorkflowDescription } from '../../src/workflow/workflow-service.ts';
import { openTestStore } from '../support/backends.ts';
import { examplesFolder, read, readSample, sampleFolder, samples } from './sample.ts';
import { testMembership } from '../support/membership.ts';
import { testSession } from '../support/session.ts';

function policyOf(name: string): { value: HealthPolicy; complaints: string[] } {
  const { type, version, properties } = readSample(name).policy;
  const policyType = findPolicyType(`${type}-${version}`);
  const check = policyType?.check(properties);
  if (policyType === undefined || check?.ok !== true) {
    throw new Error(check?.ok === false ? check.issues.map(describeIssue).join('\n') : `no ${type}`);
  }
  const misfits = policyType.checkAgainstProfile(check.value, novaServer({ clouds: undefined }));
  return {
    value: check.value as HealthPolicy,
    complaints: [...check.warnings, ...misfits].map(describeIssue),
  };
}

function workflowSteps({ recovery }: HealthPolicy): Runnable[] {
  const items = recovery.items.flatMap((item) => [...item.before, item, ...item.after]);
  const all: Runnable[] = [...items, ...recovery.onSuccess, ...recovery.onExhausted];
  return all.filter((step) => step.name === 'WORKFLOW');
}

/** Its files of workflows: the same ones, for different services. */
function filesOf(name: string): string[] {
  return readdirSync(sampleFolder(name)).filter((file) => file.startsWith('workflow'));
}

async function workflowsOf(name: string, file: string): Promise<Map<string, WorkflowDescription>> {
  const opened = await openTestStore();
  try {
    const made = await embeddedWorkflows({
      store: opened.store,
      membership: testMembership(opened.store),
      clouds: noCloudIsCalled,
    }).createDefinition(read(name, file), testSession);
    return new Map(made.map((workflow) => [workflow.name, workflow]));
  } finally {
    await opened.close();
  }
}

const noCloudIsCalled: Clouds = {
  of: () => {
    throw new Error('nothing is called');
  },
  scopeOf: () => 'nothing',
  get service(): Cloud {
    throw new Error('nothing is called');
  },
};

/** Inputs that Coppice provides to a workflow that declares them; `node_id` only while a server exists. */
const given = ['cluster_id', 'node_id'];

describe.each([...samples.keys()])('the sample %s', (name) => {
  test('is a workflow, a policy and a page', () => {
    const files = readdirSync(sampleFolder(name));
    expect(files).toEqual(expect.arrayContaining(['README.md', 'policy.yaml', 'workflow.yaml']));
    expect(files).toHaveLength(2 + filesOf(name).length);
  });

  test('has a policy that is accepted without a warning', () => {
    expect(policyOf(name).complaints).toEqual([]);
  });

  test.each(filesOf(name))('gives each workflow of %s the inputs that it declares', async (file) => {
    const workflows = await workflowsOf(name, file);
    for (const { params } of workflowSteps(policyOf(name).value)) {
      const workflow = workflows.get(params['workflow_name'] as string);
      const inputs = Object.keys(isJsonObject(params['inputs']) ? params['inputs'] : {});
      if (workflow === undefined) throw new Error(`there is no workflow for ${JSON.stringify(params)}`);
      const declared = workflow.inputs;
      expect(declared.map((input) => input.name)).toEqual(expect.arrayContaining(inputs));
      const required = declared.filter((input) => input.required).map((input) => input.name);
      expect([...inputs, ...given]).toEqual(expect.arrayContaining(required));
    }
  });

  test('uses only actions of Mistral and mistral-extra, and holds no secret', () => {
    const texts = filesOf(name).map((file) => read(name, file));
    const actions = [...texts.join().matchAll(/^\s+action: (\S+)/gm)].map(([, action]) => action);
    const known = /^(std\.(http|echo|sleep|fail|noop)|nova\.\w+)$/;
    expect(actions.filter((action) => !known.test(action ?? ''))).toEqual([]);
    for (const file of [...filesOf(name), 'policy.yaml']) {
      const secrets = [...read(name, file).matchAll(/(?:secret|token|key|authorization): *([^\s#].*)/gi)];
      const inline = secrets
        .map(([, value = '']) => value)
        .filter((value) => !/<%|^''|^Bearer <%/.test(value));
      expect(inline).toEqual([]);
    }
  });
});

test.each(['README.md', ...[...samples.values()].map((path) => `${path}/README.md`)])(
  'examples/%s links only to what is there',
  (page) => {
    const path = join(examplesFolder, page);
    const links = [...readFileSync(path, 'utf8').matchAll(/\]\(([^)#]+)\)/g)].map(
      ([, target = '']) => target,
    );
    const local = links.filter((target) => !target.includes('://'));
    expect(local.filter((target) => !existsSync(join(dirname(path), target)))).toEqual([]);
  },
);

test('the index names every sample', () => {
  const index = readFileSync(join(examplesFolder, 'README.md'), 'utf8');
  expect([...samples.values()].filter((path) => !index.includes(`(${path})`))).toEqual([]);
});
