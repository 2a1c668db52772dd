import { describe, expect, test } from 'vitest';
import type { ExplainedStep } from './explained-cluster.ts';
import { stepTasks } from './step-tasks.ts';

const now = 1_800_000_000_000;

const reboot = { name: 'REBOOT', label: 'REBOOT', params: { type: 'HARD' } };

const hook: ExplainedStep = {
  purpose: 'before',
  label: 'WORKFLOW drain',
  action: reboot,
  startedAt: now - 1000,
  ifItFails: 'REBOOT is not run, then RECREATE',
  execution: { id: 'e1', isPaused: false, service: 'embedded' },
};

function tasks(step: ExplainedStep, more: { readonly excluded?: boolean; readonly mode?: 'OBSERVE' } = {}) {
  const excluded = more.excluded === true ? { until: null, reason: 'x' } : null;
  const recovery = { id: 'r1', mode: more.mode ?? 'ENFORCE', step } as const;
  return stepTasks({ name: 'web-1', excluded, recovery }, now);
}

function commands(...given: Parameters<typeof tasks>): string[] {
  return tasks(...given).map(({ command }) => command);
}

describe('a hook before an action that does not end', () => {
  test('can be passed, and each command says what follows from it', () => {
    expect(tasks(hook)).toEqual([
      {
        command: 'coppice workflow show e1',
        reason: 'what WORKFLOW drain of web-1 is waiting for',
        required: false,
      },
      {
        command: 'coppice node exclude web-1',
        reason: 'the way past WORKFLOW drain',
        required: false,
        steps: [
          { command: 'coppice node exclude web-1', text: 'keep web-1 from the next recovery' },
          {
            command: 'coppice recovery cancel r1 --wait',
            text: 'end this recovery: WORKFLOW drain is cancelled, and REBOOT is not run',
          },
          {
            command: 'coppice node recover web-1 --operation REBOOT --wait',
            text: 'recover it: this runs no hooks',
          },
          { command: 'coppice node include web-1', text: 'once web-1 is healthy' },
        ],
      },
      {
        command: 'coppice recovery cancel r1',
        reason:
          'end this recovery: WORKFLOW drain is cancelled, and REBOOT is not run; the next recovery of web-1 begins with its hooks again',
        required: false,
      },
      {
        command: 'coppice workflow cancel e1',
        reason:
          'end WORKFLOW drain before its deadline, where it cannot succeed any more: it counts as failed, then REBOOT is not run, then RECREATE',
        required: false,
      },
    ]);
  });

  test('of a node that is excluded already is left behind by the end of its recovery', () => {
    expect(commands(hook, { excluded: true })).toEqual([
      'coppice workflow show e1',
      'coppice recovery cancel r1 --wait',
      'coppice workflow cancel e1',
    ]);
    expect(tasks(hook, { excluded: true })[1]?.steps?.map(({ command }) => command)).toEqual([
      'coppice recovery cancel r1 --wait',
      'coppice node recover web-1 --operation REBOOT --wait',
      'coppice node include web-1',
    ]);
  });

  test.each([
    [
      { ...reboot, params: { type: 'SOFT' } },
      'coppice node recover web-1 --operation REBOOT --param type=SOFT',
    ],
    [
      { name: 'RECREATE', label: 'RECREATE', params: { surge: true, retain: { for: 60 } } },
      'coppice node recover web-1 --operation RECREATE --param surge=true',
    ],
    [{ name: 'EVACUATE', label: 'EVACUATE', params: {} }, 'coppice node op web-1 evacuate'],
  ])('is passed by the operation of the policy: %o', (action, command) => {
    const way = tasks({ ...hook, action }).find(({ steps }) => steps !== undefined);
    expect(way?.steps?.[2]?.command).toBe(`${command} --wait`);
  });

  test('of a workflow can only be ended: no request runs that workflow without the chain', () => {
    const action = { name: 'WORKFLOW', label: 'WORKFLOW move', params: { workflow_name: 'move' } };
    expect(commands({ ...hook, action })).not.toContain('coppice node exclude web-1');
  });

  test('that cannot be seen needs an operator', () => {
    const unseen = { id: 'e1', service: 'mistral', problem: 'connection refused' } as const;
    const [first] = tasks({ ...hook, execution: null, unseen });
    expect(first).toMatchObject({ command: 'openstack workflow execution show e1', required: true });
    expect(first?.reason).toContain('WORKFLOW drain of web-1 cannot be seen (connection refused)');
  });

  test('that has not begun has nothing to be looked at or ended: its service is brought back', () => {
    const unbegun = { service: 'mistral', reason: 'connection refused' } as const;
    const given = tasks({ ...hook, execution: null, unbegun });
    expect(given[0]).toMatchObject({ command: 'openstack workflow list', required: true });
    expect(given[0]?.reason).toContain('WORKFLOW drain of web-1 has not begun (connection refused)');
    expect(JSON.stringify(given)).not.toContain('e1');
    const asked = tasks({ ...hook, execution: null, unbegun: { ...unbegun, reason: null } });
    expect(asked.every(({ required }) => !required)).toBe(true);
  });

  test('of a recovery that is being cancelled is looked at, and nothing else', () => {
    expect(commands({ ...hook, isCancelled: true })).toEqual(['coppice workflow show e1']);
  });

  test('that is paused is resumed first', () => {
    const execution = { id: 'e1', isPaused: true, service: 'embedded' as const };
    expect(tasks({ ...hook, execution })[0]).toMatchObject({
      command: 'coppice workflow resume e1',
      required: true,
    });
  });
});

test('an operation or verification can be cancelled once it takes long', () => {
  const operation = { ...hook, purpose: 'action', label: 'REBOOT', action: null, execution: null } as const;
  for (const purpose of ['action', 'verification'] as const) {
    expect(commands({ ...operation, purpose })).toEqual([]);
    expect(commands({ ...operation, purpose, startedAt: now - 60_000 })).toEqual([
      'coppice recovery cancel r1',
    ]);
  }
});

test('a hook after the result can be ended, and nothing else', () => {
  for (const purpose of ['after', 'on_success', 'on_exhausted'] as const)
    expect(commands({ ...hook, purpose })).toEqual([
      'coppice workflow show e1',
      'coppice workflow cancel e1',
    ]);
});

test('where nothing is touched there is nothing to end', () => {
  expect(commands(hook, { mode: 'OBSERVE' })).toEqual([]);
});
