import { expect, it } from 'vitest';
import { execCommand } from '../../../src/cli/commands/exec.ts';

it.each([
  [
    ['--', 'ls', '/'],
    ['ls', '/'],
  ],
  [
    ['ls', '--', '-x'],
    ['ls', '--', '-x'],
  ],
  [
    ['--', '--', 'x'],
    ['--', 'x'],
  ],
])('removes only the -- that precedes the command: %j', (texts, expected) => {
  expect(execCommand.arguments['command']?.read(texts)).toEqual(expected);
});

it('rejects a -- that no command follows', () => {
  expect(() => execCommand.arguments['command']?.read(['--'])).toThrow(
    expect.objectContaining({ code: 'RMA_USAGE_MISSING_ARGUMENT', exitCode: 2 }),
  );
});
