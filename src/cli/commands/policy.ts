/** `coppice policy ...` */
import { Command } from 'commander';
import { policyResource } from './resources.ts';
import { addSimulate } from './simulate.ts';
import { addSpecCommands } from './spec-commands.ts';
import { exampleText } from './resource.ts';
import type { Terminal } from '../rendering/terminal.ts';

export function policyCommand(terminal: Terminal): Command {
  const policy = new Command('policy')
    .description('What holds for clusters: how nodes are watched and recovered, ...')
    .addHelpText(
      'after',
      exampleText('policy check web-health.yaml', 'policy create web-health web-health.yaml'),
    );
  const { check } = addSpecCommands(policy, terminal, {
    resource: policyResource,
    example: 'web-health.yaml',
    readCheck: async ({ profile, online }, api) =>
      (await import('./check-policy.ts')).policyCheck(profile, online === true ? api : undefined),
  });
  check
    .option('--profile <file>', 'a profile that the policy is for: is there something that it cannot do?')
    .option('--online', 'ask the server as well: are the workflows there?')
    .addHelpText(
      'after',
      '\nExamples:\n  $ coppice policy check web-health.yaml\n  $ coppice policy check web-health.yaml --profile web-server.yaml',
    );
  addSimulate(policy, terminal);
  return policy;
}
