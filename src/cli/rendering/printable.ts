/**
 * Text from elsewhere (a name, a log, an error) can hold characters that steer the terminal: they are shown,
 * not obeyed.
 */
export function printable(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]|\p{Bidi_Control}/gu, '\u{FFFD}');
}

export function onOneLine(text: string): string {
  return printable(text).replaceAll(/[\n\t]+/g, ' ');
}
