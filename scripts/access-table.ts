/** The table of access rules in `docs/howto/authenticate.md`, between two comments. */
import { endpointsOf, ruleNames, ruleOfName } from '../src/authentication/access-rules.ts';

const begin = '<!-- rules: made by npm run generate -->';
const end = '<!-- end of rules -->';

export function withAccessTable(page: string): string {
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from === -1 || to === -1) throw new Error(`docs/howto/authenticate.md lacks ${begin} or ${end}`);
  const rows = ruleNames.map((name) => {
    const endpoints = endpointsOf(name).map((endpoint) => `\`${endpoint}\``);
    return `| \`${name}\` | ${ruleOfName(name).role} | ${endpoints.join(', ')} |`;
  });
  const table = ['| rule | role | endpoints |', '|---|---|---|', ...rows].join('\n');
  return `${page.slice(0, from + begin.length)}\n${table}\n${page.slice(to)}`;
}
