/** Filters of texts. A value that is not a text is first converted as by Python's str(). */
import { truth } from '../yaql/python/compare.ts';
import { EvaluationError } from '../yaql/python/errors.ts';
import { printf } from '../yaql/python/format.ts';
import { Dict, isMapping, mapEntries } from '../yaql/python/mapping.ts';
import { capitalize, justify, replace, strip } from '../yaql/python/strings.ts';
import { sliceText, textLength } from '../yaql/python/text.ts';
import { isList, tuple, type Value } from '../yaql/python/values.ts';
import {
  asInt,
  asText,
  asTextOrNull,
  type JinjaEnvironment,
  iterate,
  type Native,
  native,
  strOf,
} from './native.ts';

function onText(
  parameters: Native['parameters'],
  run: (text: string, args: readonly Value[], environment: JinjaEnvironment) => Value,
): Native {
  return native(['value', ...parameters], (environment, [value = null, ...args]) => {
    const text = strOf(value, environment);
    environment.meter.scan(text);
    return run(text, args, environment);
  });
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

const escape = onText([], (text, _args, { meter }) => {
  return meter.made(text.replaceAll(/[&<>"']/g, (character) => entities[character]!));
});

/** Removes comments and tags; an unclosed `<` is kept. */
function withoutTags(text: string): string {
  const parts: string[] = [];
  let offset = 0;
  for (let start = text.indexOf('<'); start !== -1; start = text.indexOf('<', offset)) {
    const closing = text.startsWith('<!--', start) ? '-->' : '>';
    const end = text.indexOf(closing, start);
    if (end === -1) break;
    parts.push(text.slice(offset, start));
    offset = end + closing.length;
  }
  return parts.join('') + text.slice(offset);
}

/** The entities that escape produces, and their usual variants. */
const plainCharacters = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', '\u00a0'],
]);

function unescapeEntities(text: string): string {
  return text.replaceAll(/&(?:([a-z]+)|#(\d{1,6}));/g, (whole, name?: string, code?: string) =>
    name === undefined ? String.fromCodePoint(Number(code)) : (plainCharacters.get(name) ?? whole),
  );
}

/** Capitalizes every word; words begin after blanks, hyphens and opening brackets. */
function title(text: string): string {
  return text
    .split(/([-\s({[<]+)/u)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1).toLowerCase())
    .join('');
}

function truncate(text: string, length: number, keepsWords: boolean, end: string, leeway: number): string {
  if (length < textLength(end))
    throw new EvaluationError(`truncate needs a length of at least ${textLength(end)}`);
  if (textLength(text) <= length + leeway) return text;
  const cut = sliceText(text, 0, length - textLength(end));
  const blank = cut.lastIndexOf(' ');
  return (keepsWords && blank !== -1 ? cut.slice(0, blank) : cut) + end;
}

function indent(text: string, width: string, indentsFirst: boolean, indentsBlank: boolean): string {
  const [first = '', ...rest] = text.split('\n');
  const lines = rest.map((line) => (line !== '' || indentsBlank ? width + line : line));
  return [(indentsFirst ? width : '') + first, ...lines].join('\n');
}

function wrapLine(line: string, width: number, breaksLong: boolean): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(/(?<=\s)(?=\S)/)) {
    if (current !== '' && (current + word.trimEnd()).length > width) {
      lines.push(current.trimEnd());
      current = '';
    }
    current += word;
    while (breaksLong && current.trimEnd().length > width) {
      lines.push(current.slice(0, width));
      current = current.slice(width);
    }
  }
  return [...lines, current.trimEnd()];
}

/** Python's quote: everything but letters, digits and `_.-~/` as UTF-8 percent codes. */
function quote(text: string, keepsSlash: boolean): string {
  const encoded = encodeURIComponent(text.toWellFormed()).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return keepsSlash ? encoded.replaceAll('%2F', '/') : encoded;
}

function urlEncode(value: Value, environment: JinjaEnvironment): string {
  const { meter } = environment;
  if (!isMapping(value) && !isList(value)) return quote(strOf(value, environment), true);
  const pairs = isMapping(value)
    ? mapEntries(value, meter)
    : value.map((pair) => [...iterate(pair, environment)]);
  const part = (item: Value | undefined): string =>
    meter.made(quote(strOf(item ?? null, environment), false).replaceAll('%20', '+'));
  return pairs.map(([key, item]) => `${part(key)}=${part(item)}`).join('&');
}

export const textFilters: readonly (readonly [string, Native])[] = [
  ['upper', onText([], (text, _args, { meter }) => meter.made(text.toUpperCase()))],
  ['lower', onText([], (text, _args, { meter }) => meter.made(text.toLowerCase()))],
  ['capitalize', onText([], (text, _args, { meter }) => capitalize(text, meter))],
  ['title', onText([], (text, _args, { meter }) => meter.made(title(text)))],
  [
    'trim',
    onText([['chars', null]], (text, [chars = null], { meter }) =>
      strip(text, asTextOrNull(chars, 'chars'), 'both', meter),
    ),
  ],
  [
    'replace',
    onText(['old', 'new', ['count', null]], (text, [old = '', fresh = '', count = null], environment) =>
      replace(
        text,
        strOf(old, environment),
        strOf(fresh, environment),
        count === null ? -1 : asInt(count, 'count'),
        environment.meter,
      ),
    ),
  ],
  [
    'center',
    onText([['width', 80]], (text, [width = 80], { meter }) =>
      justify(text, asInt(width, 'width'), ' ', 'center', meter),
    ),
  ],
  [
    'format',
    native(
      ['value'],
      (environment, [value = null, ...args], named) => {
        const { meter } = environment;
        return printf(
          strOf(value, environment),
          named.size > 0 ? new Dict(meter, named) : tuple(args),
          meter,
        );
      },
      { takesRest: true, takesNamed: true },
    ),
  ],
  ['escape', escape],
  ['e', escape],
  ['forceescape', escape],
  [
    'striptags',
    onText([], (text, _args, { meter }) => {
      meter.step(text.length >> 2);
      const bare = withoutTags(text);
      return meter.made(unescapeEntities(bare.split(/\s+/).filter(Boolean).join(' ')));
    }),
  ],
  [
    'truncate',
    onText(
      [
        ['length', 255],
        ['killwords', false],
        ['end', '...'],
        ['leeway', null],
      ],
      (text, [length = 255, kills = false, end = '...', leeway = null], { meter }) =>
        meter.made(
          truncate(
            text,
            asInt(length, 'length'),
            !truth(kills),
            asText(end, 'end'),
            leeway === null ? 5 : asInt(leeway, 'leeway'),
          ),
        ),
    ),
  ],
  [
    'indent',
    onText(
      [
        ['width', 4],
        ['first', false],
        ['blank', false],
      ],
      (text, [width = 4, first = false, blank = false], { meter }) => {
        const lines = text.split('\n').length;
        const margin =
          typeof width === 'string' ? width : ' '.repeat(Math.max(0, Math.min(1000, asInt(width, 'width'))));
        meter.produce(text.length + lines * margin.length);
        return indent(text, margin, truth(first), truth(blank));
      },
    ),
  ],
  [
    'wordcount',
    onText([], (text, _args, { meter }) => {
      meter.step(text.length >> 3);
      return text.match(/[\p{L}\p{N}_]+/gu)?.length ?? 0;
    }),
  ],
  [
    'wordwrap',
    onText(
      [
        ['width', 79],
        ['break_long_words', true],
        ['wrapstring', null],
        ['break_on_hyphens', true],
      ],
      (text, [width = 79, breaksLong = true, wrapString = null], { meter }) => {
        const columns = asInt(width, 'width');
        if (columns < 1) throw new EvaluationError('the width of wordwrap must be positive');
        meter.step(text.length);
        const separator = asTextOrNull(wrapString, 'wrapstring') ?? '\n';
        const wrapped = text.split('\n').map((line) => wrapLine(line, columns, truth(breaksLong)));
        const lines = wrapped.flat();
        meter.produce(text.length + lines.length * separator.length);
        return lines.join(separator);
      },
    ),
  ],
  [
    'urlencode',
    native(['value'], (environment, [value = null]) => {
      return environment.meter.made(urlEncode(value, environment));
    }),
  ],
];
