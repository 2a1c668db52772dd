/** What Python's escapes of one character stand for: `\n`; a quote or backslash stands for itself. */
export const singleEscapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};
