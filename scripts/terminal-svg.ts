/** A terminal's text with its colours (ANSI, as `FORCE_COLOR=1` gives them) as a picture. */

const charWidth = 8.4;
const lineHeight = 19;
const margin = 18;
const titleBar = 30;

const colours = { back: '#12161d', bar: '#1c222c', plain: '#d5dbe5', dim: '#7d8796' } as const;

interface Look {
  readonly colour: string;
  readonly isBold: boolean;
}

const escape = String.fromCodePoint(27);
const codes = new RegExp(`${escape}\\[[\\d;]*m`, 'g');
const pieces = new RegExp(`${escape}\\[([\\d;]*)m|([^${escape}]+)`, 'g');

/** Blanks side by side would be drawn as one. */
const unbroken = '\u{A0}';

const plainLook: Look = { colour: colours.plain, isBold: false };

/** What the codes that we write do to the look of what follows (select graphic rendition, ECMA-48). */
const looks: Readonly<Record<string, (before: Look) => Look>> = {
  0: () => plainLook,
  1: (before) => ({ ...before, isBold: true }),
  2: (before) => ({ ...before, colour: colours.dim }),
  22: (before) => ({ colour: before.colour === colours.dim ? colours.plain : before.colour, isBold: false }),
  31: (before) => ({ ...before, colour: '#ff7b72' }),
  32: (before) => ({ ...before, colour: '#6fd58b' }),
  33: (before) => ({ ...before, colour: '#e3b75f' }),
  39: (before) => ({ ...before, colour: colours.plain }),
};

/** @param title stands in the bar of the window. */
export function terminalSvg(text: string, title: string): string {
  const lines = text.trimEnd().split('\n');
  const longest = Math.max(...lines.map((line) => plainText(line).length));
  const width = Math.ceil(longest * charWidth + 2 * margin);
  const height = Math.ceil(titleBar + lines.length * lineHeight + 2 * margin);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">`,
    '<style>text{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:14px}</style>',
    `<rect width="${width}" height="${height}" rx="8" fill="${colours.back}"/>`,
    `<path d="M0 8a8 8 0 0 1 8-8h${width - 16}a8 8 0 0 1 8 8v${titleBar - 8}H0z" fill="${colours.bar}"/>`,
    ...['#ff6058', '#ffbd2e', '#28c940'].map(
      (fill, index) => `<circle cx="${20 + index * 18}" cy="15" r="5.5" fill="${fill}"/>`,
    ),
    `<text x="${width / 2}" y="20" text-anchor="middle" fill="${colours.dim}">${escaped(title)}</text>`,
    ...lines.map((line, index) => svgLine(line, titleBar + margin + (index + 0.75) * lineHeight)),
    '</svg>\n',
  ].join('\n');
}

/**
 * Each piece is set at its own place and width, so that columns stand under each other in whatever font there
 * is.
 */
function svgLine(line: string, y: number): string {
  let look = plainLook;
  let column = 0;
  const drawn: string[] = [];
  for (const [, rendition, text] of line.matchAll(pieces)) {
    if (rendition !== undefined)
      for (const code of rendition.split(';')) look = looks[code === '' ? '0' : code]?.(look) ?? look;
    if (text === undefined) continue;
    if (text.trim() !== '') drawn.push(piece(text, column, y, look));
    column += text.length;
  }
  return drawn.join('\n');
}

function piece(text: string, column: number, y: number, { colour, isBold }: Look): string {
  const start = column + text.length - text.trimStart().length;
  const shown = text.trim();
  const weight = isBold ? ' font-weight="bold"' : '';
  const x = (margin + start * charWidth).toFixed(1);
  const width = (shown.length * charWidth).toFixed(1);
  return `<text x="${x}" y="${y.toFixed(1)}" textLength="${width}" fill="${colour}"${weight}>${escaped(shown).replaceAll(' ', unbroken)}</text>`;
}

function plainText(line: string): string {
  return line.replaceAll(codes, '');
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
