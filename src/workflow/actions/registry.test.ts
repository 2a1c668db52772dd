import { describe, expect, it } from 'vitest';
import { standardKnown, standardActions } from './registry.ts';
import { defaultHttpPolicy } from './http-policy.ts';
import { nearActions } from './absent-actions.ts';
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
    [
      'trove.x',
      "Coppice has no action trove.x: call the service's API with std.http, or create an ad-hoc action",
    ],
    ['zaqar.queue_post', 'zaqar.queue_post: post the message to a service of your own with std.http'],
    [
      'nova.agents_list',
      'Coppice has no action nova.agents_list: Nova has agents no longer; otherwise create',
    ],
    ['nova.keypairs_find', 'take it from the result of nova.keypairs_list'],
    ['neutron.create_loadbalancer', 'keeps a pool of Octavia'],
    ['ironic.node_wait_for_provision_state', 'poll ironic.node_get'],
  ])('that Coppice does not have is named with a way out: %s', (name, text) => {
    for (const registry of [without, withCloud]) expect(registry.absence(name)).toContain(text);
  });

  it('that is named as something near is there', () => {
    const named = nearActions.flatMap((what) => what.match(/\b[a-z]+\.[a-z]+_[a-z_]+/g) ?? []);
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => withCloud.find(name) === undefined)).toEqual([]);
  });

  it('is missing with a reason for whatever its name says', () => {
    expect(without.reasonMissing('std.js')).toContain('std.js runs scripts inside the server');
    expect(without.reasonMissing('std.ech')).toBe('did you mean std.echo?');
    expect(without.reasonMissing('nova.servers_get')).toContain('needs a cloud');
    expect(without.reasonMissing('mine')).toBeUndefined();
    expect(without.reasonMissing('std.echo')).toBeUndefined();
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
