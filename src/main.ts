/**
 * Starts here: `coppice serve | demo | cluster ...`. What an operator can type is in cli/program.ts, what
 * serves them in app.ts.
 */
import { runCli } from './cli/run-cli.ts';
import { processTerminal } from './cli/rendering/terminal.ts';

process.exitCode = await runCli(process.argv.slice(2), processTerminal());
