/** Runs the demo and makes docs/demo.svg of what it wrote: `node scripts/demo-picture.ts`. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { terminalSvg } from './terminal-svg.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const command = '$ npm run demo';

const { stdout } = await promisify(execFile)(process.execPath, ['bin/coppice.js', 'demo'], {
  cwd: root,
  env: { ...process.env, FORCE_COLOR: '1' },
});
await writeFile(`${root}docs/demo.svg`, terminalSvg(`${command}\n${stdout}`, 'coppice demo'));
console.log('docs/demo.svg');
