/**
 * Commands that stand in a sentence of the server or of an error (`Detach it first: coppice cluster
 * policy-detach ...`), as the user can type them here.
 */

/** Commands of their own, and groups with the command that follows: `coppice` alone may be any word. */
const command =
  /(?<![\w./@~-]|npx )coppice (?=(?:serve|status|watch|demo|cloud-simulator)\b|(?:cluster|node|profile|policy|action|event|recovery|receiver|retained|workflow|token) [a-z])/g;

/** @param typed how a command is typed here, from the words behind `coppice`. */
export function typedCommands(text: string, typed: (words: string) => string): string {
  return text.replace(command, () => typed(''));
}
