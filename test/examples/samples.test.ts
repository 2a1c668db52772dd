/** Checks every sample: its policy is valid and fits its workflows, and its page and the index are right. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeIssue } from '../../src/domain/errors.ts';
import type { HealthPolicy, Runnable } from '../../src/domain/health-policy.ts';
import { isJsonObject } from '../../src/domain/json.ts';
import { findPolicyType } from '../../src/policies/registry.ts';
import { novaServer } from '../../src/profiles/os-nova-server/os-nova-server.ts';
import { embeddedWorkflows } from '../../src/workflow/runner/embedded-workflows.ts';
import type { WorkflowDescription } from '../../src/workflow/workflow-service.ts';
import { openTestStore } from '../support/backends.ts';
import { read, readSample, sampleNames, samplesFolder } from './sample.ts';
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

async function workflowsOf(name: string): Promise<Map<string, WorkflowDescription>> {
  const opened = await openTestStore();
  try {
    const made = await embeddedWorkflows({
      store: opened.store,
      membership: testMembership(opened.store),
    }).createDefinition(read(name, 'workflow.yaml'), testSession);
    return new Map(made.map((workflow) => [workflow.name, workflow]));
  } finally {
    await opened.close();
  }
}

/** Inputs that Coppice provides to a workflow that declares them; `node_id` only while a server exists. */
const given = ['cluster_id', 'node_id'];

describe.each(sampleNames)('the sample %s', (name) => {
  test('is a workflow, a policy and a page', () => {
    expect(readdirSync(join(samplesFolder, name)).toSorted()).toEqual([
      'README.md',
      'policy.yaml',
      'workflow.yaml',
    ]);
  });

  test('has a policy that is accepted without a warning', () => {
    expect(policyOf(name).complaints).toEqual([]);
  });

  test('gives each workflow the inputs that it declares', async () => {
    const workflows = await workflowsOf(name);
    for (const { params } of workflowSteps(policyOf(name).value)) {
      const workflow = workflows.get(params['workflow_name'] as string);
      const inputs = Object.keys(isJsonObject(params['inputs']) ? params['inputs'] : {});
      const declared = workflow?.inputs ?? [];
      expect(declared.map((input) => input.name)).toEqual(expect.arrayContaining(inputs));
      const required = declared.filter((input) => input.required).map((input) => input.name);
      expect([...inputs, ...given]).toEqual(expect.arrayContaining(required));
    }
  });

  test('uses only actions that come with Mistral, and holds no secret', () => {
    const text = read(name, 'workflow.yaml');
    const actions = [...text.matchAll(/^\s+action: (\S+)/gm)].map(([, action]) => action);
    expect(actions.filter((action) => !/^std\.(http|echo|sleep|fail|noop)$/.test(action ?? ''))).toEqual([]);
    for (const file of ['workflow.yaml', 'policy.yaml']) {
      const secrets = [...read(name, file).matchAll(/(?:secret|token|key|authorization): *([^\s#].*)/gi)];
      const inline = secrets
        .map(([, value = '']) => value)
        .filter((value) => !/<%|^''|^Bearer <%/.test(value));
      expect(inline).toEqual([]);
    }
  });
});

test.each(['README.md', ...sampleNames.map((name) => `workflows/${name}/README.md`)])(
  'examples/%s links only to what is there',
  (page) => {
    const path = join(samplesFolder, '..', page);
    const links = [...readFileSync(path, 'utf8').matchAll(/\]\(([^)#]+)\)/g)].map(
      ([, target = '']) => target,
    );
    const local = links.filter((target) => !target.includes('://'));
    expect(local.filter((target) => !existsSync(join(dirname(path), target)))).toEqual([]);
  },
);

test('the index names every sample', () => {
  const index = readFileSync(join(samplesFolder, '../README.md'), 'utf8');
  expect(sampleNames.filter((name) => !index.includes(`(workflows/${name})`))).toEqual([]);
});
