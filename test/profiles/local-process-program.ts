/**
 * A Coppice that does one thing, to be killed while it does: `node local-process-program.ts DATADIR REQUEST`.
 * Says `ready` before it begins, so that its killer need not wait for Node to start, and prints what the
 * operation returned.
 */
import { localProcess } from '../../src/profiles/local-process/local-process.ts';
import type { NodeFacts } from '../../src/profiles/profile-type.ts';

const [dataDir = '', text = ''] = process.argv.slice(2);
const { operation, key, node } = JSON.parse(text) as { operation: string; key: string; node: NodeFacts };
const type = localProcess({ dataDir });
const request = { key, signal: new AbortController().signal };

process.stdout.write('ready\n');
const made =
  operation === 'create'
    ? await type.create(node, request)
    : await type.operations[operation]?.run(node, {}, request);
process.stdout.write(`${JSON.stringify(made)}\n`);
