import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTestStore } from '../../test/support/backends.ts';
import { testMembership } from '../../test/support/membership.ts';
import { testSession } from '../../test/support/session.ts';
import { describeIssue } from '../domain/errors.ts';
import { embeddedWorkflows, type EmbeddedWorkflows } from '../workflow/runner/embedded-workflows.ts';
import { missingWorkflows } from './policy-warnings.ts';
import { WorkflowServices } from '../workflow/workflow-services.ts';

let opened: Awaited<ReturnType<typeof openTestStore>>;
let workflows: EmbeddedWorkflows;

beforeEach(async () => {
  opened = await openTestStore();
  const { store } = opened;
  workflows = embeddedWorkflows({ store, membership: testMembership(store) });
});

afterEach(() => opened.close());

async function warnings(definition: string, inputs: readonly string[]): Promise<string[]> {
  await workflows.createDefinition(`version: '2.0'\n${definition}`, testSession);
  return await warningsOf(inputs);
}

async function warningsOf(inputs: readonly string[], carried: string | null = null): Promise<string[]> {
  const { store } = opened;
  const named = {
    field: 'recovery.actions[0].params.workflow_name',
    name: 'drain',
    definition: carried,
    inputs,
  };
  const tools = { store, workflows: new WorkflowServices({ embedded: workflows }), runner: workflows.runner };
  const found = await missingWorkflows(tools, testSession, [named], null);
  return found.map(describeIssue);
}

test('an input that the workflow requires and the policy does not give is named, and one that it does not have', async () => {
  const drain = 'drain: {input: [host, node_id, {grace: 5}], tasks: {a: {action: std.noop}}}\n';
  expect(await warnings(drain, ['hots'])).toEqual([
    'recovery.actions[0].params.inputs.host: expected a value: the workflow drain requires it, found nothing (until it is given, this step fails)',
    expect.stringContaining('inputs.hots: expected one of host, node_id, grace'),
  ]);
});

test('what Coppice gives itself and what has a default is not missed', async () => {
  const drain = 'drain: {input: [cluster_id, node_id, {grace: 5}], tasks: {a: {action: std.noop}}}\n';
  expect(await warnings(drain, [])).toEqual([]);
});

test('a call of its tasks that this server cannot answer is named with its place', async () => {
  const drain = 'drain: {tasks: {a: {action: mine.reboot}, b: {workflow: drian}}}\n';
  expect(await warnings(drain, [])).toEqual([
    expect.stringMatching(
      /found drain, line 2, column .*: drain\.tasks\.a\.action: there is no action 'mine\.reboot'/,
    ),
    expect.stringMatching(/drain\.tasks\.b\.workflow: there is no workflow 'drian'.*did you mean/),
  ]);
});

test('a definition that the policy carries, and that this server would refuse, is named with the reason', async () => {
  const carried = "version: '2.0'\ndrain: {tasks: {a: {action: nova.servers_get server=1}}}\n";
  expect(await warningsOf([], carried)).toEqual([
    expect.stringMatching(
      /inputs\.definition: expected a workflow that can be made on this server, found line 2, .*nova\.servers_get needs a cloud/,
    ),
  ]);
});

describe('a workflow that another project shares', () => {
  const drain = "version: '2.0'\ndrain: {input: [host], tasks: {a: {workflow: theirs}}}\n";

  beforeEach(async () => {
    const { library } = workflows.runner;
    const of = (scope: string) => ({ namespace: '', scope, project: 'another' });
    await library.create('workflow', drain, of('public'));
    await library.create(
      'workflow',
      "version: '2.0'\ntheirs: {tasks: {a: {action: std.noop}}}\n",
      of('private'),
    );
  });

  test('is checked as it would run here, where the policy carries no definition', async () => {
    expect(await warningsOf(['host'])).toEqual([expect.stringContaining("there is no workflow 'theirs'")]);
  });

  test('is not what a policy means that carries a definition', async () => {
    expect(await warningsOf([], drain)).toEqual([]);
  });
});
