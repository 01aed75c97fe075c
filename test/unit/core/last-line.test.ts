import { expect, it } from 'vitest';
import { failureReason, lastLine } from '../../../src/core/last-line.ts';

it.each([
  ['one\ntwo', 'two'],
  ['one\n  two \r\n\n  \n', 'two'],
  ['', null],
  [' \n\t\n', null],
  [['a', 'b', ''], 'b'],
  [[], null],
])('the last line of %j is %j', (output, line) => {
  expect(lastLine(output)).toBe(line);
});

it('describes a program that failed without output by its exit code', () => {
  expect(failureReason({ stderr: 'warning\nno such image: x\n', exitCode: 1 })).toBe('no such image: x');
  expect(failureReason({ stderr: ' \n', exitCode: 137 })).toBe('exit code 137');
});

it('[case G03] a reason of a failed program has at most 500 characters', () => {
  const reason = failureReason({ stderr: `first\n${'x'.repeat(1_000_000)}\n`, exitCode: 1 });
  expect(reason).toBe(`${'x'.repeat(500)}...`);
});
