import { expect, test } from 'vitest';
import { serverEnvironment } from './simulator.ts';

test("the user's own cloud is not reachable from the demo", () => {
  const own = {
    OS_CLOUD: 'production',
    OS_CLIENT_CONFIG_FILE: '/etc/clouds.yaml',
    OS_AUTH_URL: 'https://own',
  };
  const environment = serverEnvironment({ OS_AUTH_URL: 'http://simulated' }, { ...own, PATH: '/bin' });
  expect(environment).toEqual({
    OS_CLOUD: undefined,
    OS_CLIENT_CONFIG_FILE: undefined,
    OS_AUTH_URL: 'http://simulated',
  });
});
