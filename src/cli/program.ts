/**
 * The commands. One file for each command; it declares what it takes and hands the work on:
 *
 *     serve, demo                          start a server (app.ts), in this process or as a child
 *     status, cluster, node, profile, policy,
 *     action, event, recovery, receiver,
 *     retained,
 *     workflow, watch                      use a server, only through its public HTTP API
 *     cloud-simulator                      start a simulated cloud for servers to use
 *     token                                make a token for a server; needs no server
 *     policy check, profile check,
 *     workflow validate, workflow graph    read a file; need no server
 *
 * Answers go to stdout, as tables for users or as JSON (--json) for programs; all else goes to stderr. Exit
 * codes: 0 it worked, 1 it did not, 2 the command was used wrongly, 3 something needs an operator
 * (`status --exit-code`), 130 ended by Ctrl-C.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command, type Option } from 'commander';
import { packageRoot } from '../package-root.ts';
import { closestWord } from '../domain/did-you-mean.ts';
import type { Terminal } from './rendering/terminal.ts';
import { wrapHelp } from './rendering/wrap-help.ts';
import { refuseCommand } from './unknown-command.ts';

const examples = `
Examples:
  $ coppice demo                                  see it work: real failures, really recovered
  $ coppice serve                                 run the server
  $ coppice profile create web web.yaml           what nodes are made from
  $ coppice policy create web-health health.yaml  how they are watched and recovered
  $ coppice cluster create web --profile web --size 5 --wait
  $ coppice cluster policy-attach web web-health
  $ coppice status                                what is wrong anywhere, and what to do
  $ coppice watch web

Most commands need a server: --url, else COPPICE_URL, else http://127.0.0.1:8777.
Exit codes: 0 it worked, 1 it did not, 2 the command was used wrongly,
3 something needs an operator (status --exit-code).`;

type MakeCommand = (terminal: Terminal) => Command;

/** In the order of the help. Each is loaded when it is used: a server does not carry the others. */
const commands: Readonly<Record<string, () => Promise<MakeCommand>>> = {
  demo: async () => (await import('./commands/demo.ts')).demoCommand,
  serve: async () => (await import('./commands/serve.ts')).serveCommand,
  status: async () => (await import('./commands/status.ts')).statusCommand,
  cluster: async () => (await import('./commands/cluster.ts')).clusterCommand,
  node: async () => (await import('./commands/node.ts')).nodeCommand,
  profile: async () => (await import('./commands/profile.ts')).profileCommand,
  policy: async () => (await import('./commands/policy.ts')).policyCommand,
  action: async () => (await import('./commands/action.ts')).actionCommand,
  event: async () => (await import('./commands/event.ts')).eventCommand,
  recovery: async () => (await import('./commands/recovery.ts')).recoveryCommand,
  receiver: async () => (await import('./commands/receiver.ts')).receiverCommand,
  retained: async () => (await import('./commands/retained.ts')).retainedCommand,
  workflow: async () => (await import('./commands/workflow.ts')).workflowCommand,
  token: async () => (await import('./commands/token.ts')).tokenCommand,
  watch: async () => (await import('./commands/watch.ts')).watchCommand,
  'cloud-simulator': async () => (await import('./commands/cloud-simulator.ts')).cloudSimulatorCommand,
};

/**
 * @param words what was typed: the command that it names is loaded, or all where it names none, so that the
 * help and the suggestions are whole. Absent: all.
 */
export async function buildProgram(
  terminal: Terminal,
  words: readonly string[] = [],
  { json = false }: { readonly json?: boolean } = {},
): Promise<Command> {
  const program = new Command('coppice')
    .description('Keeps groups of machines alive: watches them, and brings failed ones back, step by step.')
    .version(packageVersion(), '-V, --version')
    .option('--url <url>', 'address of the server')
    .option('--json', 'answers as JSON, for programs')
    .option('--utc', 'times as they are, in UTC, instead of relative to now')
    .option('--wide', 'lines as long as they are, instead of fitted to the terminal')
    .showSuggestionAfterError()
    .addHelpText('after', examples);
  const named = commandIn(words);
  for (const [name, load] of Object.entries(commands))
    if (named === undefined || named === name) program.addCommand((await load())(terminal));
  everywhere(program, (command) => prepare(command, terminal, json));
  requireOptionsLast(program);
  return program;
}

/** The first word that is neither an option nor the value of one; undefined where it names no command. */
function commandIn(words: readonly string[]): string | undefined {
  const at = words.findIndex((word, index) => !word.startsWith('-') && words[index - 1] !== '--url');
  const word = words[at] ?? '';
  return Object.hasOwn(commands, word) ? word : undefined;
}

/**
 * An option that is missing is said after what was mistyped: `--profil web` lacks `--profile`, and is meant
 * to be it. Commander does it the other way round.
 */
function requireOptionsLast(program: Command): void {
  const required = new Map<Command, readonly Option[]>();
  everywhere(program, (command) => {
    const mandatory = command.options.filter((option) => option.mandatory);
    for (const option of mandatory) option.mandatory = false;
    required.set(command, mandatory);
  });
  program.hook('preAction', (_program, command) => {
    const missing = required
      .get(command)
      ?.find((option) => command.getOptionValue(option.attributeName()) === undefined);
    if (missing === undefined) return;
    const code = 'commander.missingMandatoryOptionValue';
    command.error(`error: required option '${missing.flags}' not specified`, { code });
  });
}

/** Settings that commander does not pass on to commands that are added whole. */
function prepare(command: Command, terminal: Terminal, json: boolean): void {
  // Commander knows typing errors only, and finds `--wide` in `--size`.
  Object.assign(command, {
    unknownOption: (flag: string) => refuseOption(command, flag),
    unknownCommand: () => refuseCommand(command),
  });
  command
    .exitOverride()
    .configureHelp({ showGlobalOptions: true, helpWidth: Infinity })
    .configureOutput({
      writeOut: (text) => terminal.write(wrapHelp(text, helpWidth(terminal))),
      // For a program the error is written once, as JSON (run-cli.ts).
      writeErr: (text) =>
        json ? undefined : terminal.writeError(wrapHelp(text, terminal.errorSize().columns)),
      outputError: (text, write) => write(text.replace(/^error: /, 'coppice: ')),
      getOutHasColors: () => terminal.colours,
      getErrHasColors: () => terminal.errorColours,
    })
    .showHelpAfterError(`Try: ${fullName(command)} --help`);
}

function refuseOption(command: Command, flag: string): never {
  const known = [command, ...ancestorsOf(command)]
    .flatMap(({ options }) => options.map(({ long }) => long?.replace(/^--/, '')))
    .filter((name) => name !== undefined);
  const meant = flag.startsWith('--') ? closestWord(flag.slice(2), [...known, 'help']) : undefined;
  const suggestion = meant === undefined ? '' : `\n(Did you mean --${meant}?)`;
  command.error(`error: unknown option '${flag}'${suggestion}`, { code: 'commander.unknownOption' });
}

function ancestorsOf({ parent }: Command): Command[] {
  return parent === null ? [] : [parent, ...ancestorsOf(parent)];
}

/** A pipe or a file has no width: then that of the oldest terminals. */
function helpWidth(terminal: Terminal): number {
  const { columns } = terminal.size();
  return Number.isFinite(columns) ? columns : 80;
}

function everywhere(command: Command, visit: (command: Command) => void): void {
  visit(command);
  for (const child of command.commands) everywhere(child, visit);
}

function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}

function packageVersion(): string {
  const text = readFileSync(path.join(packageRoot, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
