import { expect, test } from 'vitest';
import { plainTerminal } from '../../../test/cli/run.ts';
import { progressLine } from './progress-line.ts';

function written(isErrorInteractive: boolean): string {
  let text = '';
  const errorSize = () => ({ columns: 20, rows: 24 });
  const terminal = plainTerminal({
    isErrorInteractive,
    errorSize,
    writeError: (part) => void (text += part),
  });
  const progress = progressLine(terminal);
  progress.show('CLUSTER_CREATE for 1 s');
  progress.show('short');
  progress.clear();
  progress.clear();
  return text;
}

test('a line is drawn over the one before, cut to the terminal, and leaves nothing behind', () => {
  expect(written(true)).toBe('\rCLUSTER_CREATE for\u2026\u001B[K\rshort\u001B[K\r\u001B[K');
});

test('where stderr is no terminal nothing is written', () => {
  expect(written(false)).toBe('');
});
