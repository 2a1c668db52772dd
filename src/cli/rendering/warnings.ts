/** What an answer warns of: it was done, but is probably not meant. */
import { describeIssue } from '../../domain/errors.ts';
import type { Issue } from '../../domain/errors.ts';
import { isJsonObject } from '../../domain/json.ts';
import type { Style } from './style.ts';
import { printable } from './table.ts';
import type { CliSession } from '../client/session.ts';
import { textOf } from './text-of.ts';

export function warningsIn(body: unknown): Issue[] {
  const warnings = isJsonObject(body) ? body['warnings'] : undefined;
  if (!Array.isArray(warnings)) return [];
  return warnings.filter(isJsonObject).map((each) => {
    const hint = textOf(each['hint']);
    const { field, expected, found } = each;
    const issue = { field: textOf(field), expected: textOf(expected), found: textOf(found) };
    return hint === '' ? issue : { ...issue, hint };
  });
}

/** To stderr, so that what a program reads stays as it is. */
export function printWarnings({ terminal, style }: CliSession, body: unknown): void {
  for (const warning of warningsIn(body))
    terminal.writeError(`${style('busy', 'warning')} ${printable(describeIssue(warning))}\n`);
}

/** The last line of a check without errors. @param what of what type or content the file is. */
export function verdictOf(style: Style, what: string, warnings: number): string {
  if (warnings === 0) return `${style('good', 'ok')}, ${what}`;
  const verdict = `valid, with ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`;
  return `${style('busy', verdict)}: ${what}`;
}
