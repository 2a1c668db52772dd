/**
 * The page docs/howto/use-a-workflow.md: its snippets are in the samples, can be run, and have the described
 * effect.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { eventually } from '../support/eventually.ts';
import { startMistralServer } from '../support/mistral-server.ts';
import { RecoveryScene } from './recovery-scene.ts';
import type { Sample } from './sample.ts';
import { StandIn } from './stand-in.ts';
import { testSession } from '../support/session.ts';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/howto/use-a-workflow.md'), 'utf8');

function snippets(language: string): string[] {
  return [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    ([, text = '']) => text,
  );
}

const isPolicy = (text: string): boolean => text.startsWith('type: senlin.policy.health');

test('each excerpt stands, word for word, in a file that the page names', () => {
  const named = [...page.matchAll(/`(examples\/[\w./-]+\.yaml)`/g)].map(([, path = '']) => path);
  const files = named.map((path) => readFileSync(join(root, path), 'utf8'));
  const excerpts = snippets('yaml').filter((text) => !isPolicy(text));
  expect(excerpts.length).toBeGreaterThan(1);
  expect(excerpts.filter((text) => !files.some((file) => file.includes(text)))).toEqual([]);
});

test('a policy carries the definition of its workflow', async () => {
  const [text = ''] = snippets('yaml').filter(isPolicy);
  const scene = await RecoveryScene.start();
  try {
    const policy = parse(text) as Sample['policy'];
    const { recovery, outline, steps } = await scene.recover({ workflows: null, policy }, 'SERVER_ERROR');
    expect(outline).toEqual(['note WORKFLOW SUCCEEDED', 'actions[1] REBUILD SUCCEEDED']);
    expect(steps[0]?.output).toEqual({ note: 'server-old failed with SERVER_ERROR' });
    expect(recovery.state).toBe('RECOVERED');
  } finally {
    await scene.stop();
  }
});

test('the commands create a workflow and run it', async () => {
  const server = await startMistralServer();
  const pager = await StandIn.start(() => ({ status: 202, body: { dedup_key: 'k' } }));
  try {
    for (const command of snippets('sh')) {
      const here = command
        .replaceAll('http://127.0.0.1:8777', server.url)
        .replaceAll('https://events.pagerduty.com', pager.url);
      await promisify(execFile)('sh', ['-ec', here], {
        cwd: root,
        env: { PATH: process.env['PATH'], PAGER_KEY: 'a-key', COPPICE_URL: server.url },
        timeout: 60_000,
      });
    }
    const [paged] = await eventually('an operator is paged', () => pager.asked.length > 0 && pager.asked);
    expect(paged?.body).toMatchObject({ routing_key: 'a-key', payload: { severity: 'info' } });
    const executions = server.workflows;
    await eventually('the execution has ended', async () => {
      const rows = await server.opened.store.db
        .selectFrom('workflow_execution')
        .select(['id', 'project'])
        .execute();
      const [{ id, project } = { id: '', project: '' }] = rows;
      const found = await executions.get(id, { ...testSession, project });
      return found?.state === 'SUCCESS';
    });
    expect(server.errors).toEqual([]);
  } finally {
    await pager.stop();
    await server.close();
  }
});
