/** `coppice cloud-simulator`: a cloud without machines, in the foreground, until a signal ends it. */
import { Command } from 'commander';
import { CliError, EndedBySignal, nextSignal } from '../cli-error.ts';
import type { GlobalOptions } from '../client/session.ts';
import type { Terminal } from '../rendering/terminal.ts';

interface SimulatorOptions extends GlobalOptions {
  readonly listen: string;
  readonly config?: string;
  readonly password?: string;
}

export function cloudSimulatorCommand(terminal: Terminal): Command {
  return new Command('cloud-simulator')
    .description(
      'Run a cloud without machines, which speaks the APIs of OpenStack: for trials, demos and tests.\n' +
        'It prints the variables with which `coppice serve --cloud openstack` and the openstack client use it.',
    )
    .option('--listen <host:port>', 'address of all its APIs; port 0 takes a free one', '127.0.0.1:5000')
    .option(
      '--config <file>',
      'configuration of serve: its cloud.simulator has hosts, latencies and quotas; to its cloud.notifications it publishes, as Nova and Heat, what happens',
    )
    .option('--password <password>', 'of the users admin and demo (default: a random one)')
    .addHelpText(
      'after',
      '\nExamples:\n  $ coppice cloud-simulator --listen 127.0.0.1:5000 > cloud.sh\n  $ . ./cloud.sh; coppice serve --cloud openstack\n' +
        '  $ curl -d \'{"up": false}\' http://127.0.0.1:5000/simulator/hosts/compute1',
    )
    .action(async (_options: object, command: Command) => {
      await runSimulator(command.optsWithGlobals<SimulatorOptions>(), terminal);
    });
}

async function runSimulator(options: SimulatorOptions, terminal: Terminal): Promise<void> {
  const { startCloudSimulator } = await import('../../cloud-simulator/cloud-simulator.ts');
  const { ConfigError } = await import('../../config-error.ts');
  const { loadConfig } = await import('../../config.ts');
  const { listenFailure } = await import('../../http/listen-address.ts');
  const stopSignal = nextSignal();
  terminal.onOutputLost(() => undefined);
  const { listen, cloud } = configOf(
    () => loadConfig({ listen: options.listen, cloud: { use: 'simulated' } }, options.config),
    ConfigError,
  );
  const simulator = await startCloudSimulator({
    ...listen,
    settings: cloud.simulator,
    notifications: cloud.notifications,
    ...(options.password === undefined ? {} : { password: options.password }),
  }).catch((error: unknown) => {
    throw new CliError(listenFailure(listen, error).message, { cause: error });
  });
  terminal.write(
    options.json === true
      ? `${JSON.stringify({ ready: { url: simulator.url, environment: simulator.environment } })}\n`
      : `${exportsOf(simulator.environment)}# The simulated cloud is ready at ${simulator.url}\n`,
  );
  const signal = await stopSignal;
  await simulator.close();
  if (signal !== 'SIGTERM') throw new EndedBySignal(signal);
}

/** @throws CliError with the sentences of a configuration that is wrong. */
function configOf<T>(load: () => T, expected: new (message: string) => Error): T {
  try {
    return load();
  } catch (error) {
    if (error instanceof expected) throw new CliError(error.message, { exitCode: 2, cause: error });
    throw error;
  }
}

function exportsOf(environment: Readonly<Record<string, string>>): string {
  return Object.entries(environment)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'\n`)
    .join('');
}
