/** `coppice profile ...` */
import { Command } from 'commander';
import { addSpecCommands } from './spec-commands.ts';
import { profileResource } from './resources.ts';
import { keyValue } from '../option-values.ts';
import { addTypes } from './types.ts';
import { exampleText } from './resource.ts';
import type { Terminal } from '../rendering/terminal.ts';

export function profileCommand(terminal: Terminal): Command {
  const profile = new Command('profile')
    .description('What nodes are made from: a server image and flavor, a command, ...')
    .addHelpText(
      'after',
      exampleText('profile check web-server.yaml', 'profile create web-server web-server.yaml'),
    );
  const { create, update, check } = addSpecCommands(profile, terminal, {
    resource: profileResource,
    create: async (api, profile) => {
      const { body } = await api.send('POST /v1/profiles', { body: { profile } });
      return { body, object: body.profile };
    },
    update: async (api, nameOrId, values) => {
      const path = { profile: nameOrId };
      const { body } = await api.send('PATCH /v1/profiles/{profile}', { path, body: { profile: values } });
      return { body, object: body.profile };
    },
    remove: (api, nameOrId) => api.send('DELETE /v1/profiles/{profile}', { path: { profile: nameOrId } }),
    example: 'web-server.yaml',
    readCheck: async () => (await import('./check-profile.ts')).checkProfile,
  });
  create.option('--metadata <key=value>', 'kept with the profile; may be given again', keyValue);
  update.option('--metadata <key=value>', 'new metadata; may be given again', keyValue);
  check.addHelpText('after', '\nExample:\n  $ coppice profile check web-server.yaml');
  addTypes(profile, terminal, {
    one: 'profile',
    example: 'os.nova.server-1.0',
    list: async (api) => (await api.send('GET /v1/profile-types')).body.profile_types,
    show: async (api, type) => {
      const { body } = await api.send('GET /v1/profile-types/{type}', { path: { type } });
      const { operations } = (await api.send('GET /v1/profile-types/{type}/ops', { path: { type } })).body;
      return { ...body.profile_type, operations };
    },
  });
  return profile;
}
