/**
 * The commands. One file for each command; it declares what it takes and hands the work on:
 *
 *     serve, demo                          start a server (app.ts), in this process or as a child
 *     status, cluster, node, profile, policy,
 *     action, recovery, workflow, watch    use a server, only through its public HTTP API
 *     cloud-simulator                      start a simulated cloud for servers to use
 *     policy check, profile check,
 *     workflow validate, workflow graph    read a file; need no server
 *
 * Answers go to stdout, as tables for users or as JSON (--json) for programs; all else goes to stderr. Exit
 * codes: 0 it worked, 1 it did not, 2 the command was used wrongly, 130 ended by Ctrl-C.
 */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { actionCommand } from './commands/action.ts';
import { cloudSimulatorCommand } from './commands/cloud-simulator.ts';
import { clusterCommand } from './commands/cluster.ts';
import { demoCommand } from './commands/demo.ts';
import { nodeCommand } from './commands/node.ts';
import { policyCommand } from './commands/policy.ts';
import { profileCommand } from './commands/profile.ts';
import { recoveryCommand } from './commands/recovery.ts';
import { serveCommand } from './commands/serve.ts';
import { statusCommand } from './commands/status.ts';
import type { Terminal } from './rendering/terminal.ts';
import { wrapHelp } from './rendering/wrap-help.ts';
import { watchCommand } from './commands/watch.ts';
import { workflowCommand } from './commands/workflow.ts';

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
Exit codes: 0 it worked, 1 it did not, 2 the command was used wrongly.`;

export function buildProgram(terminal: Terminal): Command {
  const program = new Command('coppice')
    .description('Keeps groups of machines alive: watches them, and brings failed ones back, step by step.')
    .version(packageVersion(), '-V, --version')
    .option('--url <url>', 'address of the server')
    .option('--json', 'answers as JSON, for programs')
    .option('--utc', 'times as they are, in UTC, instead of relative to now')
    .showSuggestionAfterError()
    .addHelpText('after', examples);
  const commands = [
    demoCommand,
    serveCommand,
    statusCommand,
    clusterCommand,
    nodeCommand,
    profileCommand,
    policyCommand,
    actionCommand,
    recoveryCommand,
    workflowCommand,
    watchCommand,
    cloudSimulatorCommand,
  ];
  for (const command of commands) program.addCommand(command(terminal));
  everywhere(program, (command) => prepare(command, terminal));
  return program;
}

/** Settings that commander does not pass on to commands that are added whole. */
function prepare(command: Command, terminal: Terminal): void {
  command
    .exitOverride()
    .configureHelp({ showGlobalOptions: true, helpWidth: Infinity })
    .configureOutput({
      writeOut: (text) => terminal.write(wrapHelp(text, helpWidth(terminal))),
      writeErr: (text) => terminal.writeError(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'coppice: ')),
      getOutHasColors: () => terminal.colours,
      getErrHasColors: () => terminal.errorColours,
    })
    .showHelpAfterError(`Try: ${fullName(command)} --help`);
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
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
