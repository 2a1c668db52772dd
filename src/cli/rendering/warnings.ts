/** What an answer warns of: it was done, but is probably not meant. */
import { describeIssue } from '../../domain/errors.ts';
import type { Issue } from '../../domain/errors.ts';
import { isJsonObject } from '../../domain/json.ts';
import type { Phrase } from './prose.ts';
import { writeProse, writeWarning, type CliSession } from '../client/session.ts';
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

export function printWarnings(session: CliSession, body: unknown): void {
  for (const warning of warningsIn(body)) writeWarning(session, describeIssue(warning));
}

/** The last line of a check without errors. @param what of what type or content the file is. */
export function writeVerdict(session: CliSession, file: string, what: string, warnings: number): void {
  const verdict = `valid, with ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`;
  const sentence: readonly Phrase[] =
    warnings === 0
      ? [{ text: `${file}: ` }, { text: 'ok', tone: 'good' }, { text: `, ${what}` }]
      : [{ text: `${file}: ` }, { text: verdict, tone: 'busy' }, { text: `: ${what}` }];
  writeProse(session, [sentence]);
}
