import { afterAll, beforeAll, expect, test } from 'vitest';
import { aProfile } from '../../test/support/rows.ts';
import { TestServer } from '../../test/support/test-server.ts';
import { insertProfile } from '../store/profiles.ts';

let server: TestServer;

beforeAll(async () => {
  server = await TestServer.start();
  await server.store.write(async (tx) => {
    for (let at = 0; at < 1005; at += 1) await insertProfile(tx, aProfile({ name: `p${at % 50}` }));
  });
});
afterAll(() => server.stop());

interface Page {
  readonly profiles: readonly { readonly id: string }[];
  readonly profiles_links?: readonly { readonly href: string; readonly rel: string }[];
}

async function ask(url: string): Promise<Page> {
  return (await server.ask('GET', url)).body as Page;
}

test.each(['', '&limit=5000'])(
  'a list with sort=name%s is cut after 1000, and links to the rest',
  async (limit) => {
    const first = await ask(`/v1/profiles?sort=name${limit}`);
    expect(first.profiles).toHaveLength(1000);
    const [link] = first.profiles_links ?? [];
    expect(link?.rel).toBe('next');
    expect(link?.href).toMatch(/^http:\/\/127\.0\.0\.1:8777\/v1\/profiles\?sort=name/);
    const rest = await ask(link?.href.replace('http://127.0.0.1:8777', '') ?? '');
    expect(rest.profiles).toHaveLength(5);
    expect(rest.profiles_links).toBeUndefined();
    expect(new Set([...first.profiles, ...rest.profiles].map(({ id }) => id)).size).toBe(1005);
  },
);

test('a client that asks for no more than a page gets no link, as from Senlin', async () => {
  const page = await ask('/v1/profiles?limit=1000');
  expect(page.profiles).toHaveLength(1000);
  expect(page.profiles_links).toBeUndefined();
});
