/** `local.process` for the contract test: real processes of this machine. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { localProcess } from '../../src/profiles/local-process/local-process.ts';
import { procTable } from '../../src/profiles/local-process/proc-table.ts';
import type { ProcessTable } from '../../src/profiles/local-process/process-table.ts';
import { systemProcessTable } from '../../src/profiles/local-process/system-process-table.ts';
import type { NodeFacts } from '../../src/profiles/profile-type.ts';
import type { ContractSubject, ContractWorld } from './contract-world.ts';
import { eventually, kill, openPlace, processesOf } from './local-process-nodes.ts';

const program = fileURLToPath(new URL('local-process-program.ts', import.meta.url));
/** Each start leaves a line in the log. */
const command = ['sh', '-c', 'echo started; exec sleep 1000'];

export const localProcessSubject: ContractSubject = {
  name: 'local.process',
  open,
  hasReboot: true,
  seenStopped: 'PROCESS_EXITED',
  answered: [],
  refused: [
    ['', undefined],
    ['command', {}],
    ['colour', { command, colour: 'green' }],
    ['stop_timeout', { command, stop_timeout: 'long' }],
    ['env.PIN', { command, env: { PIN: 1 } }],
  ],
  secrets: [{ properties: { env: { TOKEN: 'hunter22' } }, text: 'hunter22' }],
};

async function open(): Promise<ContractWorld> {
  const sight = hideable(systemProcessTable());
  const place = await openPlace();
  const { dataDir } = place;
  return {
    coppice: () => localProcess({ dataDir, table: sight.table }),
    node: (properties = {}) => place.node({ command, ...properties }),
    failing: () => ({
      node: place.node({ command: ['sh', '-c', 'exit 3'] }),
      reason: /^the command sh ended right after its start with exit status 3$/,
    }),
    impossible: () => ({ node: place.node({ command: ['/no/such/program'] }), reason: /does not exist/ }),
    existing: ({ id }) => processesOf(id).map(String),
    isThere(node) {
      const instance = node.data['instance'];
      const id = typeof instance === 'string' ? instance : node.id;
      return Promise.resolve(existsSync(place.fileOf({ ...node, id }, 'output.log')));
    },
    changes: (node) => startsOf(place.fileOf(node, 'output.log')),
    isAtWork: () => false,
    createAndCrash: (node, key) => createAndCrash(dataDir, node, key),
    loseAnswer() {},
    slowDown() {},
    async lose({ id }) {
      for (const pid of processesOf(id)) kill(pid);
      await eventually('the process is gone', () => processesOf(id).length === 0);
    },
    hide: () => sight.hide(),
    close: () => place.close(),
  };
}

function startsOf(log: string): number {
  try {
    return readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => line === 'started').length;
  } catch {
    return 0;
  }
}

async function createAndCrash(dataDir: string, node: NodeFacts, key: string): Promise<void> {
  const request = JSON.stringify({ operation: 'create', key, node });
  const child = spawn(process.execPath, [program, dataDir, request], { stdio: 'ignore' });
  const exit = once(child, 'exit');
  await eventually('its process is there', () => processesOf(node.id).length > 0);
  child.kill('SIGKILL');
  await exit;
}

/** A process table whose processes cannot be read once it is hidden, as without rights to /proc. */
function hideable(real: ProcessTable): { readonly table: ProcessTable; hide(): void } {
  const blind = procTable('/no/such/proc');
  let seen = real;
  return {
    table: {
      bootId: () => real.bootId(),
      read: (pid) => seen.read(pid),
      snapshot: () => seen.snapshot(),
      bearsMarks: (pid, marks) => seen.bearsMarks(pid, marks),
      commandLine: (pid) => seen.commandLine(pid),
    },
    hide() {
      seen = blind;
    },
  };
}
