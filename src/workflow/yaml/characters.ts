/** Characters by their code, as YAML 1.1 divides them. The text ends with a character 0. */

export const endOfText = 0;
export const tab = 9;
export const space = 32;

export function isBreak(code: number): boolean {
  return code === 10 || code === 13 || code === 0x85 || code === 0x2028 || code === 0x2029;
}

export function isBlank(code: number): boolean {
  return code === space || code === tab;
}

export function isBlankBreakOrEnd(code: number): boolean {
  return code === space || code === tab || code === endOfText || isBreak(code);
}

/** `,` `[` `]` `{` `}` */
export function isFlowMark(code: number): boolean {
  return code === 44 || code === 91 || code === 93 || code === 123 || code === 125;
}

/** What YAML allows in a text at all. */
export const forbidden =
  // oxlint-disable-next-line no-control-regex
  /[^\t\n\r\u0020-\u007e\u0085\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
