/**
 * Runs the demos and makes docs/demo.svg and docs/demo-cloud.svg of what they wrote:
 * `npx node scripts/demo-picture.ts`, or with the name of one, `cloud` or `processes`.
 */
import { writeFile } from 'node:fs/promises';
import { cloudStory } from '../src/cli/demo/cloud/story.ts';
import { processStory } from '../src/cli/demo/processes/story.ts';
import { runDemo } from '../src/cli/demo/run-demo.ts';
import { textNarrator } from '../src/cli/demo/text-narrator.ts';
import { terminalSvg } from './terminal-svg.ts';

/** Wide enough for most reasons, and readable where a page makes the picture smaller. */
const columns = 124;

const pictures = [
  { name: 'processes', story: processStory, command: 'npm run demo', file: 'docs/demo.svg' },
  { name: 'cloud', story: cloudStory, command: 'npm run demo -- cloud', file: 'docs/demo-cloud.svg' },
];

const [wanted] = process.argv.slice(2);
for (const { name, story, command, file } of pictures) {
  if (wanted !== undefined && wanted !== name) continue;
  let written = `$ ${command}\n`;
  const terminal = {
    isInteractive: false,
    isErrorInteractive: false,
    env: {},
    colours: true,
    errorColours: true,
    size: () => ({ columns, rows: 40 }),
    errorSize: () => ({ columns, rows: 40 }),
    write: (text: string) => void (written += text),
    writeError: (text: string) => void (written += text),
    onOutputLost: () => undefined,
    now: () => Date.now(),
  };
  const narrator = textNarrator(terminal, story);
  const ok = await runDemo({ story, narrator, keep: false, signal: new AbortController().signal });
  if (!ok) throw new Error(`${command} did not end as it should:\n${written}`);
  await writeFile(new URL(`../${file}`, import.meta.url), terminalSvg(written, story.command));
  console.log(file);
}
