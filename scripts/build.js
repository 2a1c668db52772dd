/**
 * `npm run build`: Coppice and the packages that it uses, as a few files in `dist/`. Of 1,800 modules that a server loads from a
 * checkout, each has to be found, read and linked: half of the time of its start. `npm ci` makes it too (`prepare`), and
 * bin/coppice.js runs it for as long as nothing in `src/` is newer (docs/decisions/2026-11-29-bundle.md).
 *
 * In JavaScript, because npm may run it with a Node that strips no types.
 *
 *     --if-possible   no failure where the bundler is not installed (`npm ci --omit=dev`): the source runs as it is
 *     --to FOLDER     elsewhere than to dist/; what is in the folder is removed
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const { values: options } = parseArgs({
  options: {
    'if-possible': { type: 'boolean', default: false },
    to: { type: 'string', default: path.join(root, 'dist') },
  },
});
const dist = path.resolve(options.to);

const bundler = await import('rolldown').catch((error) => {
  const isMissing = error?.code === 'ERR_MODULE_NOT_FOUND';
  if (!isMissing || !options['if-possible']) throw error;
  process.stdout.write(
    'coppice: no dist/ is made, since rolldown is not installed; the source runs as it is\n',
  );
});
if (bundler !== undefined) await build(bundler);

async function build({ build: bundle }) {
  rmSync(dist, { recursive: true, force: true });
  const { output } = await bundle({
    cwd: root,
    // The thread that starts processes has a file of its own (src/profiles/local-process/spawner.ts).
    input: { main: 'src/main.ts', 'spawner-thread': 'src/profiles/local-process/spawner-thread.ts' },
    platform: 'node',
    write: false,
    output: {
      format: 'esm',
      entryFileNames: '[name].js',
      // V8 keeps the text of what runs in memory. Names stay, for stack traces.
      minify: { compress: false, mangle: false, codegen: true },
      comments: false,
    },
  });
  mkdirSync(dist, { recursive: true });
  const chunks = output.filter(({ type }) => type === 'chunk');
  for (const { fileName, code } of chunks) writeFileSync(path.join(dist, fileName), inAscii(code));
  const modules = chunks.flatMap((chunk) => Object.keys(chunk.modules));
  writeFileSync(path.join(dist, 'licenses.txt'), licensesOf(modules));
}

/** One character outside Latin-1 makes V8 hold the text of the whole file in two bytes a character. */
function inAscii(code) {
  return code.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Of the packages whose code is in the bundle: their licenses ask for it. @param modules paths of files. */
function licensesOf(modules) {
  const packages = new Set(modules.map((file) => packageOf(file)).filter((folder) => folder !== undefined));
  return [...packages]
    .toSorted((one, other) => (one < other ? -1 : 1))
    .map((folder) => licenseOf(folder))
    .join('\n');
}

/** @returns the folder of the package; undefined for our own files. */
function packageOf(file) {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file.replaceAll('\\', '/').replaceAll('\0', ''))?.[0];
}

function licenseOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? `${license}\n` : readFileSync(path.join(folder, file), 'utf8');
  return `# ${name} ${version} (${license})\n\n${text}`;
}
