import { expect, test } from 'vitest';
import { eventually } from '../../test/support/eventually.ts';
import { FakeWorkflows } from '../../test/support/fake-workflows.ts';
import { testSession } from '../../test/support/session.ts';
import { WorkflowServices } from './workflow-services.ts';

test('a cluster names its service, else the server does', () => {
  const services = new WorkflowServices({ embedded: new FakeWorkflows(), standard: 'mistral' });
  expect(services.nameFor(null)).toBe('mistral');
  expect(services.nameFor({ config: {} })).toBe('mistral');
  expect(services.nameFor({ config: { workflow: 'embedded' } })).toBe('embedded');
  expect(services.objectionTo({ workflow: 'embedded' })).toBeNull();
  expect(services.objectionTo({ workflow: 'mistral' })).toContain('this server knows no Mistral');
});

test('pages do without a service that did not answer, until it does', async () => {
  const workflows = new FakeWorkflows();
  let now = 0;
  const services = new WorkflowServices({ embedded: workflows, now: () => now });
  workflows.known.set('drain', { ends: 'hangs' });
  const request = { workflowName: 'drain', input: {}, env: {}, description: '', session: testSession };
  await workflows.start({ ...request, id: 'e1' });
  workflows.unreachable.set('get', 1);
  const show = () => services.show('embedded', 'e1', testSession);
  const away = { execution: null, problem: 'the workflow engine does not answer' };
  expect(await show()).toEqual(away);
  now = 4999;
  expect(await show()).toEqual(away);
  now = 5000;
  expect(await show(), 'it is asked again beside the page').toEqual(away);
  const shown = await eventually('it is shown', async () => {
    const one = await show();
    return one.execution !== null && one;
  });
  expect(shown).toMatchObject({ execution: { id: 'e1', state: 'RUNNING' }, problem: null });
});
