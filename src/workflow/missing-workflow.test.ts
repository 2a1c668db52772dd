import { expect, test } from 'vitest';
import { FakeWorkflows } from '../../test/support/fake-workflows.ts';
import { workflowHint } from './missing-workflow.ts';
import { testSession } from '../../test/support/session.ts';

test('names the workflow that was probably meant, and nothing where none is near or the engine does not answer', async () => {
  const workflows = new FakeWorkflows();
  workflows.known.set('evacuate_host', {});
  expect(await workflowHint(workflows, 'evacuate_hots', testSession)).toBe(' (did you mean evacuate_host?)');
  expect(await workflowHint(workflows, 'drain', testSession)).toBe('');
  expect(await workflowHint({ names: () => Promise.reject(new Error('away')) }, 'drain', testSession)).toBe(
    '',
  );
});
