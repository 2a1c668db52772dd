/**
 * The sentences in an answer of the API, so that a client can word them for its reader. What users have
 * written (specs, inputs, definitions) has no sentences: it stays as it is.
 */

const sentences: ReadonlySet<string> = new Set([
  'command',
  'detail',
  'doing',
  'expected',
  'faultstring',
  'follows',
  'found',
  'health_reason',
  'hint',
  'if_it_fails',
  'if_it_helps',
  'message',
  'problems',
  'reason',
  'server_problem',
  'server_warning',
  'state_info',
  'status_reason',
  'warning',
]);

const ofUsers: ReadonlySet<string> = new Set([
  'config',
  'context',
  'data',
  'definition',
  'details',
  'environment',
  'input',
  'inputs',
  'metadata',
  'output',
  'outputs',
  'params',
  'properties',
  'published',
  'result',
  'spec',
  'variables',
]);

/** A copy of an answer in which each sentence is worded. */
export function wordSentences<T>(answer: T, word: (sentence: string) => string): T {
  return wordedUnder('', answer, word) as T;
}

function wordedUnder(key: string, value: unknown, word: (sentence: string) => string): unknown {
  if (typeof value === 'string') return sentences.has(key) ? word(value) : value;
  if (Array.isArray(value)) return value.map((each) => wordedUnder(key, each, word));
  if (typeof value !== 'object' || value === null || ofUsers.has(key)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, wordedUnder(name, each, word)]),
  );
}
