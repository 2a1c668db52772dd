/** `coppice policy ...` */
import { Command } from 'commander';
import { policyResource } from './resources.ts';
import { addSpecCommands } from './spec-commands.ts';
import type { Terminal } from './terminal.ts';

export function policyCommand(terminal: Terminal): Command {
  const policy = new Command('policy').description(
    'What holds for clusters: how nodes are watched and recovered, ...',
  );
  const { check } = addSpecCommands(policy, terminal, {
    resource: policyResource,
    example: 'web-health.yaml',
    readCheck: async () => (await import('./check-policy.ts')).checkPolicy,
  });
  check.addHelpText(
    'after',
    '\nExample:\n  $ coppice policy check web-health.yaml && coppice policy create web-health web-health.yaml',
  );
  return policy;
}
