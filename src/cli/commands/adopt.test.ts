import { expect, test } from 'vitest';
import { fakeApi } from '../../../test/cli/fake-api.ts';
import { run } from '../../../test/cli/run.ts';
import { sampleNode } from '../../../test/cli/samples.ts';
import { parseYamlText } from '../../workflow/language/definition/yaml-document.ts';

const id = '65e27958-d6dc-4b0e-87bf-78e8f5536cbc';
const spec = {
  type: 'os.nova.server',
  version: '1.0',
  properties: { name: 'old', networks: [{ network: 'private' }] },
};

test('a preview is a profile that can be pasted into a file', async () => {
  await using api = await fakeApi({ 'POST /v1/nodes/adopt-preview': { body: { node_preview: spec } } });
  const { code, out } = await run(['node', 'adopt', id, '--preview'], { url: api.url });
  expect(code).toBe(0);
  expect(parseYamlText(out).value).toEqual(spec);
  expect(api.asked.find(({ method }) => method === 'POST')?.body).toEqual({
    identity: id,
    type: 'os.nova.server-1.0',
  });
  const json = await run(['node', 'adopt', id, '--preview', '--json'], { url: api.url });
  expect(JSON.parse(json.out)).toEqual(spec);
});

test('an adoption sends what was given, and shows the node', async () => {
  await using api = await fakeApi({ 'POST /v1/nodes/adopt': { body: { node: sampleNode() } } });
  const options = ['--type', 'os.heat.stack-1.0', '--name', 'web', '--role', 'r', '--metadata', 'a=b'];
  const overrides = [
    '--override',
    'timeout=5',
    '--override',
    'parameters={"x": "y"}',
    '--override',
    'name=n',
  ];
  const { code, out } = await run(['node', 'adopt', 'old', ...options, ...overrides], { url: api.url });
  expect(code).toBe(0);
  expect(out).toContain(sampleNode().name);
  expect(api.asked.find(({ method }) => method === 'POST')?.body).toEqual({
    identity: 'old',
    type: 'os.heat.stack-1.0',
    name: 'web',
    role: 'r',
    metadata: { a: 'b' },
    overrides: { timeout: 5, parameters: { x: 'y' }, name: 'n' },
  });
});

test('a refusal is the sentence of the server', async () => {
  const error = { error: { code: 409, message: `${id} cannot be adopted: it is that of node web already.` } };
  await using api = await fakeApi({ 'POST /v1/nodes/adopt': { status: 409, body: error } });
  const { code, err } = await run(['node', 'adopt', id], { url: api.url });
  expect([code, err]).toEqual([1, expect.stringContaining('it is that of node web already.')]);
});
