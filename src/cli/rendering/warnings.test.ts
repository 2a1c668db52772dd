import { expect, test } from 'vitest';
import { fakeApi } from '../../../test/cli/fake-api.ts';
import { run } from '../../../test/cli/run.ts';

const file = 'examples/policies/health-workflows.yaml';
const warnings = [
  {
    field: 'recovery.actions[0].params.workflow_name',
    expected: 'the name of an existing workflow',
    found: 'drain',
    hint: 'create it',
  },
];
const expected =
  'warning recovery.actions[0].params.workflow_name: expected the name of an existing workflow, found drain (create it)\n';

test('what a created policy is warned of is shown beside the answer', async () => {
  const body = { policy: { id: 'p', name: 'careful' }, warnings };
  await using api = await fakeApi({ 'POST /v1/policies': { status: 201, body } });
  const { code, out, err } = await run(['--json', 'policy', 'create', 'careful', file], { url: api.url });
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual({ id: 'p', name: 'careful' });
  expect(err).toBe(expected);
});

test('what an attached policy is warned of is shown', async () => {
  const body = { action: 'a1', warnings };
  await using api = await fakeApi({
    'POST /v1/clusters/web/actions': { status: 202, body },
    'GET /v1/actions/a1': { body: { action: { id: 'a1', status: 'RUNNING' } } },
  });
  const { err } = await run(['cluster', 'policy-attach', 'web', 'careful'], { url: api.url });
  expect(err).toBe(expected);
});

test('policy check asks a server only with --online', async () => {
  await using api = await fakeApi({ 'POST /v1/policies/validate': { body: { policy: {}, warnings } } });
  const alone = await run(['policy', 'check', file], { url: api.url });
  expect(alone.code).toBe(0);
  expect(api.asked).toEqual([]);
  const { code, err } = await run(['policy', 'check', file, '--online'], { url: api.url });
  expect(code).toBe(0);
  expect(err).toContain('expected the name of an existing workflow, found drain');
});
