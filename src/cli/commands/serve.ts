/** `coppice serve`: the server in the foreground, until a signal ends it. */
import { Command } from 'commander';
import type { Coppice } from '../../app.ts';
import type { ConfigFlags } from '../../config.ts';
import { CliError, EndedBySignal, nextSignal } from '../cli-error.ts';
import type { GlobalOptions } from '../client/session.ts';
import { renderProse } from '../rendering/prose.ts';
import type { Terminal } from '../rendering/terminal.ts';

interface ServeOptions extends GlobalOptions {
  readonly dataDir?: string;
  readonly listen?: string;
  readonly config?: string;
  readonly roles?: string;
  readonly cloud?: string;
  readonly auth?: string;
  readonly workflow?: string;
  readonly new?: boolean;
}

/** A stop that takes longer hangs; what was not written by then is taken up again at the next start. */
const stopWithinMs = 20_000;

export function serveCommand(terminal: Terminal): Command {
  return new Command('serve')
    .description(
      'Run the server: API, engine and health watch in one process, with its database in a directory.',
    )
    .option(
      '--data-dir <directory>',
      'database and files of local processes (default: ~/.local/share/coppice)',
    )
    .option('--listen <host:port>', 'address of the API; port 0 takes a free one (default: 127.0.0.1:8777)')
    .option('--config <file>', 'YAML file with more settings')
    .option('--cloud <cloud>', 'where servers are: none, openstack (clouds.yaml, OS_ variables) or simulated')
    .option(
      '--auth <way>',
      'who may call: none (users of this machine), token (tokens of the configuration) or keystone',
    )
    .option('--workflow <service>', 'what runs the workflows of recoveries: embedded or mistral')
    .option('--roles <roles>', 'what this process does, of api,engine,health (default: all)')
    .option(
      '--new',
      'make a new database in a directory that holds nodes and has lost its database; nodes that still run are not watched any more',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ coppice serve\n  $ coppice serve --data-dir /var/lib/coppice --listen 127.0.0.1:8777',
    )
    .action(async (_options: object, command: Command) => {
      await serve(command.optsWithGlobals<ServeOptions>(), terminal);
    });
}

async function serve(options: ServeOptions, terminal: Terminal): Promise<void> {
  const { ConfigError } = await import('../../config-error.ts');
  const { loadConfig } = await import('../../config.ts');
  const { startCoppice } = await import('../../app.ts');
  const { giveMemoryBackWhenIdle } = await import('../../idle-memory.ts');
  const stopSignal = nextSignal();
  // A server does its work whether its output is read or not.
  terminal.onOutputLost(() => undefined);
  try {
    const config = loadConfig(flagsOf(options), options.config);
    const coppice = await startCoppice(config, { startNew: options.new === true });
    const { log, url, simulatedCloud } = coppice;
    // Output and log often go to the same file: what is not read at a terminal is said once, in the log.
    if (terminal.isInteractive || options.json === true)
      printReady(terminal, options, { url, simulatedCloud, dataDir: config.dataDir });
    if (!terminal.isInteractive)
      log.info({ listen: url, data_dir: config.dataDir, roles: config.roles }, 'Coppice is ready');
    const stopGivingBack = giveMemoryBackWhenIdle();
    const signal = await stopSignal;
    stopGivingBack();
    log.info({ signal }, 'Coppice is stopping');
    await withinLimit(coppice.stop(), () =>
      log.error(
        `Coppice did not stop within ${stopWithinMs / 1000} s: it exits now, and continues what it left at its next start`,
      ),
    );
    log.info('Coppice has stopped');
    // The service manager's SIGTERM is how a server is meant to end.
    if (signal !== 'SIGTERM') throw new EndedBySignal(signal);
  } catch (error) {
    if (error instanceof ConfigError) throw new CliError(error.message, { exitCode: 2, cause: error });
    throw error;
  }
}

function flagsOf({ dataDir, listen, roles, cloud, auth, workflow }: ServeOptions): ConfigFlags {
  return {
    ...(dataDir === undefined ? {} : { data_dir: dataDir }),
    ...(listen === undefined ? {} : { listen }),
    ...(cloud === undefined ? {} : { cloud: { use: cloud } }),
    ...(auth === undefined ? {} : { auth: { use: auth } }),
    ...(workflow === undefined ? {} : { workflows: { use: workflow } }),
    ...(roles === undefined ? {} : { roles: roles.split(',').map((role) => role.trim()) }),
  };
}

function printReady(
  terminal: Terminal,
  { json }: ServeOptions,
  { url, dataDir, simulatedCloud }: Pick<Coppice, 'url' | 'simulatedCloud'> & { readonly dataDir: string },
): void {
  const { authUrl, adminUrl } = simulatedCloud ?? {};
  const cloud =
    simulatedCloud === undefined ? {} : { simulated_cloud: { auth_url: authUrl, admin_url: adminUrl } };
  const ready = { url, pid: process.pid, data_dir: dataDir, ...cloud };
  const at = url === '' ? '(without the API)' : `at ${url}`;
  if (json === true) {
    terminal.write(`${JSON.stringify({ ready })}\n`);
    return;
  }
  const sentences = [
    `Coppice is ready ${at}, with its data in ${dataDir}`,
    ...(simulatedCloud === undefined
      ? []
      : [`The simulated cloud is at ${authUrl}; its admin API, which breaks it, is at ${adminUrl}`]),
  ];
  terminal.write(renderProse(sentences, terminal.size()));
}

async function withinLimit(stopping: Promise<void>, onLate: () => void): Promise<void> {
  const limit = setTimeout(() => {
    onLate();
    process.exit(1);
  }, stopWithinMs);
  await stopping.finally(() => clearTimeout(limit));
}
