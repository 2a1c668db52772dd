/** `coppice policy ...` */
import { Command } from 'commander';
import { policyResource } from './resources.ts';
import { addSimulate } from './simulate.ts';
import { addSpecCommands } from './spec-commands.ts';
import { addTypes } from './types.ts';
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
    create: async (api, { name, spec }) => {
      const { body } = await api.send('POST /v1/policies', { body: { policy: { name, spec } } });
      return { body, object: body.policy };
    },
    update: async (api, nameOrId, { name = nameOrId }) => {
      const path = { policy: nameOrId };
      const { body } = await api.send('PATCH /v1/policies/{policy}', { path, body: { policy: { name } } });
      return { body, object: body.policy };
    },
    remove: (api, nameOrId) => api.send('DELETE /v1/policies/{policy}', { path: { policy: nameOrId } }),
    example: 'web-health.yaml',
    readCheck: async ({ profile, online }, api) =>
      (await import('./check-policy.ts')).policyCheck(profile, online === true ? api : undefined),
  });
  check
    .option('--profile <file>', 'a profile that the policy is for: is there something that it cannot do?')
    .option('--online', 'check with the server as well: do the workflows exist?')
    .addHelpText(
      'after',
      '\nExamples:\n  $ coppice policy check web-health.yaml\n  $ coppice policy check web-health.yaml --profile web-server.yaml',
    );
  addTypes(policy, terminal, {
    one: 'policy',
    example: 'senlin.policy.health-1.3',
    list: async (api) => (await api.send('GET /v1/policy-types')).body.policy_types,
    show: async (api, type) => {
      const { body } = await api.send('GET /v1/policy-types/{type}', { path: { type } });
      return body.policy_type;
    },
  });
  addSimulate(policy, terminal);
  return policy;
}
