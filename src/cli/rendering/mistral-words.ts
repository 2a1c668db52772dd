/**
 * The workflow API refuses in Mistral's words, which its clients know: `Workflow not found
 * [workflow_identifier=nope, namespace=]`. For the user of this command they become a sentence that says what
 * was given, what was expected, and which command helps.
 */

type Typed = (words: string) => string;

interface Rule {
  readonly pattern: RegExp;
  readonly sentence: (parts: readonly string[], typed: Typed) => string;
}

const rules: readonly Rule[] = [
  {
    pattern: /^Workflow(?:Definition)? not found \[\w+=([^,\]]*)(?:, namespace=[^\]]*)?\]/,
    sentence: ([name = ''], typed) =>
      `The server has no workflow '${name}'. What it has: ${typed('workflow definitions')}`,
  },
  {
    pattern:
      /^(?:Action not found|Failed to find action) \[action_name=([^,\]]*)(?:, namespace=[^\]]*)?\]:? ?/,
    sentence: ([name = ''], typed) =>
      `The server has no action '${name}'. What it has: ${typed('workflow actions')}. `,
  },
  {
    pattern: /^(?:WorkflowExecution|Workflow execution) not found \[id=([^\]]*)\]/,
    sentence: ([id = ''], typed) =>
      `The server has no execution '${id}'. What it has: ${typed('workflow list --all')}`,
  },
  {
    pattern:
      /^Invalid input \[name=([^,\]]*), class=\w+(?:, missing=\[(.*?)\])?(?:, unexpected=\[(.*?)\])?\]/,
    sentence: ([name = '', missing = '', unexpected = '']) => {
      const needed = namesIn(missing);
      const typed = needed.map((each) => `--input ${each}=VALUE`).join(' ');
      const other = namesIn(unexpected).join(', ');
      const parts = [
        ...(needed.length === 0 ? [] : [`it needs ${needed.join(', ')} (${typed})`]),
        ...(other === '' ? [] : [`it does not take ${other}`]),
      ];
      return `The input does not fit the workflow '${name}', whose definition declares it: ${parts.join('; ')}.`;
    },
  },
  {
    pattern: /^Duplicate entry for (Workflow|Workbook|Action)Definition .*?: (\S+?), (\S*), \S+/,
    sentence: ([kind = '', name = '', namespace = '']) =>
      `The server has a ${kind.toLowerCase()} '${name}' already${namespace === '' || namespace === 'None' ? '' : ` (namespace ${namespace})`}.`,
  },
];

/** What no rule knows stays as it is; so does what follows the words (a hint). */
export function inOwnWords(message: string, typed: Typed): string {
  for (const { pattern, sentence } of rules) {
    const match = pattern.exec(message);
    if (match === null) continue;
    return (
      sentence(
        match.slice(1).map((part) => part ?? ''),
        typed,
      ) + message.slice(match[0].length)
    ).trimEnd();
  }
  return message;
}

/** Of a list as Python writes it: `'a', 'b'`. */
function namesIn(list: string): string[] {
  return list === '' ? [] : list.split(', ').map((name) => name.replaceAll("'", ''));
}
