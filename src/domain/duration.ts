/**
 * Lengths of time for users, rounded in one way wherever they stand: reasons, lists, timelines, the console.
 * Two units only where the smaller one still matters: `340 ms`, `3.8 s`, `90 s`, `4 min 5 s`, `45 min`, `5 h
 * 12 min`, `30 h`, `12 d`.
 */
export function duration(ms: number): string {
  const time = Math.max(0, ms);
  if (time < 999.5) return `${Math.round(time)} ms`;
  if (time < 9950) return `${Math.round(time / 100) / 10} s`;
  const seconds = Math.round(time / 1000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 600) return twoUnits(seconds, 'min', 's');
  const minutes = Math.round(time / 60_000);
  if (minutes < 120) return `${minutes} min`;
  if (minutes < 600) return twoUnits(minutes, 'h', 'min');
  const hours = Math.round(time / 3_600_000);
  return hours < 48 ? `${hours} h` : `${Math.round(time / 86_400_000)} d`;
}

function twoUnits(amount: number, large: string, small: string): string {
  const rest = amount % 60;
  return `${Math.floor(amount / 60)} ${large}${rest === 0 ? '' : ` ${rest} ${small}`}`;
}

/** A text without its lengths of time, to see whether it says something else than before. */
export function withoutDurations(text: string): string {
  return text.replaceAll(/\d+(?:\.\d+)? (?:ms|s|min|h|d)\b(?: \d+ (?:s|min)\b)?/g, '');
}
