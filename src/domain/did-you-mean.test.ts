import { describe, expect, it } from 'vitest';
import { closestWord, didYouMean } from './did-you-mean.ts';

const ofProcess = ['command', 'env', 'cwd', 'port', 'stop_signal', 'stop_timeout', 'log_limit'];
const ofPollUrl = ['poll_url', 'poll_url_ssl_verify', 'poll_url_timeout', 'poll_url_retry_limit'];
const ofRecovery = ['actions', 'strategy', 'on_success', 'on_exhausted', 'on_failure', 'node_delete_timeout'];
const actions = ['REBOOT', 'REBUILD', 'RECREATE', 'WORKFLOW', 'EVACUATE'];
const ofReceiver = ['CLUSTER_RESIZE', 'CLUSTER_SCALE_IN', 'CLUSTER_SCALE_OUT'];
const ofWorkflow = ['input', 'output', 'tasks', 'task-defaults', 'vars', 'type'];

describe('the word that was meant', () => {
  it.each([
    ['onSuccess', ofRecovery, 'on_success'],
    ['On-Success', ofRecovery, 'on_success'],
    ['cmd', ofProcess, 'command'],
    ['ExecStart', ofProcess, 'command'],
    ['terminationGracePeriodSeconds', ofProcess, 'stop_timeout'],
    ['WorkingDirectory', ofProcess, 'cwd'],
    ['prot', ofProcess, 'port'],
    ['comand', ofProcess, 'command'],
    ['url', ofPollUrl, 'poll_url'],
    ['timeout', ofPollUrl, 'poll_url_timeout'],
    ['RESTART', actions, 'REBOOT'],
    ['REBOOOT', actions, 'REBOOT'],
    ['CLUSTER_SCALE_UP', ofReceiver, 'CLUSTER_SCALE_OUT'],
    ['grow', ofReceiver, 'CLUSTER_SCALE_OUT'],
    ['CLUSTER_EXPAND', ofReceiver, 'CLUSTER_SCALE_OUT'],
    ['CLUSTER_SCALE_DOWN', ofReceiver, 'CLUSTER_SCALE_IN'],
    ['shrink', ofReceiver, 'CLUSTER_SCALE_IN'],
    ['task', ofWorkflow, 'tasks'],
    ['variables', ofWorkflow, 'vars'],
    ['web', ['web-server', 'web-health-checked'], 'web-server'],
    ['web-health-old', ['web-health'], 'web-health'],
  ])('of %s', (word, known, meant) => {
    expect(closestWord(word, known)).toBe(meant);
    expect(didYouMean(word, known)).toBe(`did you mean ${meant}?`);
  });

  it.each([
    ['note_failur', ofRecovery],
    ['entirely_else', ofProcess],
    ['xyz', ofProcess],
    ['env2', ofProcess],
    ['web-9', ['web-8', 'web-1']],
    ['a', ['b', 'ab']],
    ['on', ['on_success', 'on_failure']],
    ['', ofProcess],
    ['x'.repeat(100_000), ['x'.repeat(100_000)]],
  ])('is not guessed for %s', (word, known) => {
    expect(closestWord(word, known)).toBeUndefined();
  });
});
