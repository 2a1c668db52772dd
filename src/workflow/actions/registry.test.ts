import { describe, expect, it } from 'vitest';
import { standardKnown, standardActions } from './registry.ts';
import { defaultHttpPolicy } from './http-policy.ts';
import { cloudActions } from './cloud-actions.ts';
import { ServiceClouds } from '../../openstack/cloud.ts';
import { findSettings } from '../../openstack/find-settings.ts';
import { parseSource } from '../runner/parse-source.ts';

const env = {
  OS_AUTH_URL: 'http://127.0.0.1:1/v3',
  OS_USERNAME: 'u',
  OS_PASSWORD: 'p',
  OS_PROJECT_NAME: 'p',
  OS_USER_DOMAIN_ID: 'default',
  OS_PROJECT_DOMAIN_ID: 'default',
};
const services = { policy: defaultHttpPolicy(), apiUrl: () => undefined };
const without = standardActions(services);
const withCloud = standardActions(services, cloudActions(new ServiceClouds(findSettings({ env }))));

describe('an action of OpenStack', () => {
  it('is there where the server has a cloud', () => {
    expect(withCloud.absence('nova.servers_get')).toBeUndefined();
    expect(without.absence('nova.servers_get')).toBe(
      'nova.servers_get needs a cloud, and this server has none: start it with --cloud openstack, or --cloud simulated',
    );
  });

  it.each([
    ['nova.server_get', 'Coppice has no action nova.server_get (did you mean nova.servers_get?): '],
    ['zaqar.queue_post', "Coppice has no action zaqar.queue_post: call the service's API with std.http, or"],
  ])('that Coppice does not have is named with a way out: %s', (name, text) => {
    for (const registry of [without, withCloud]) expect(registry.absence(name)).toContain(text);
  });

  it.each(['std.echo', 'mine.reboot', 'nova', 'book.nova.servers_get'])('is none of the name %s', (name) => {
    expect(withCloud.absence(name)).toBeUndefined();
  });

  it('is known to a check without a server, with its parameters', () => {
    const text = (call: string): string => `version: '2.0'\nw: {tasks: {a: {action: ${call}}}}\n`;
    expect(parseSource('workflow', text('nova.servers_find name="x" any="y"'))).toMatchObject({
      warnings: [],
      external: [],
    });
    const { warnings } = parseSource('workflow', text('nova.servers_reboot servr="x" action_region="R"'));
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining(
        "the action nova.servers_reboot has no parameter 'servr'; did you mean server?",
      ),
      expect.stringContaining("the action nova.servers_reboot requires the parameter 'server'"),
    ]);
    expect(standardKnown.parametersOf('heat.stacks_create')).toBeNull();
  });
});
