import { expect, it } from 'vitest';
import { fakeApi } from '../../../test/cli/fake-api.ts';
import { run } from '../../../test/cli/run.ts';

it('a list without a limit is read page after page', async () => {
  const profiles = Array.from({ length: 1001 }, (_, index) => ({ id: `id-${index}`, name: `web-${index}` }));
  await using api = await fakeApi({
    'GET /v1/profiles': [
      { body: { profiles: profiles.slice(0, 1000) } },
      { body: { profiles: profiles.slice(1000) } },
    ],
  });
  const { out } = await run(['--json', 'profile', 'list'], { url: api.url });
  expect((JSON.parse(out) as { id: string }[]).map(({ id }) => id)).toEqual(profiles.map(({ id }) => id));
  expect(api.asked.map(({ path }) => path)).toEqual(['/v1/profiles', '/v1/profiles?marker=id-999']);
});
