/** What is said of a command that is not there: what was probably meant. */
import type { Command } from 'commander';
import { closestWord } from '../domain/did-you-mean.ts';

export function refuseCommand(command: Command): never {
  const [typed = ''] = command.args;
  const meant = commandsMeant(command);
  const suggestion = meant.length === 0 ? '' : `\n(Did you mean ${inWords(meant)}?)`;
  command.error(`error: unknown command '${typed}'${suggestion}`, { code: 'commander.unknownCommand' });
}

/** `policy attach` is policy-attach, `attach` also; `delete cluster` is cluster delete. */
function commandsMeant(command: Command): string[] {
  const [typed = '', next = ''] = command.args;
  const names = namesIn(command);
  if (names.includes(`${typed}-${next}`)) return [`${typed}-${next}`];
  const group = command.commands.find((each) => each.name() === next);
  if (group !== undefined && namesIn(group).includes(typed)) return [`${next} ${typed}`];
  const parts = names.filter((name) => name.split('-').includes(typed));
  if (parts.length > 0) return parts;
  const closest = closestWord(typed, [...names, 'help']);
  return closest === undefined ? [] : [closest];
}

function namesIn(command: Command): string[] {
  return command.commands.flatMap((each) => [each.name(), ...each.aliases()]);
}

function inWords(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length === 1 ? last : `${words.slice(0, -1).join(', ')} or ${last}`;
}
