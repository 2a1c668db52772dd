/** `coppice status`: what is wrong anywhere, and what an operator has to do about it. */
import { Command } from 'commander';
import { openSession, writeJson } from '../client/session.ts';
import { renderStatus } from '../rendering/status-view.ts';
import type { Terminal } from '../rendering/terminal.ts';
import { exampleText } from './resource.ts';

export function statusCommand(terminal: Terminal): Command {
  return new Command('status')
    .description(
      'Every cluster in one line, the worst first: what is wrong, what is done, what it waits for, what you have to do.',
    )
    .addHelpText('after', exampleText('status', 'status --json | jq .counts.needs_operator'))
    .action(async (_options: object, command: Command) => {
      const session = openSession(command, terminal);
      const health = await session.api.read('GET /v1/health', 'health');
      if (session.json) writeJson(terminal, health);
      else terminal.write(renderStatus(health, { ...session, times: session.times() }));
    });
}
