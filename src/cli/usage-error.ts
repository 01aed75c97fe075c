import type { CommanderError } from 'commander';
import { type ErrorCode, EXIT, RmaError } from '../core/errors.ts';

const CODES: Readonly<Record<string, ErrorCode>> = {
  'commander.unknownCommand': 'RMA_USAGE_UNKNOWN_COMMAND',
  'commander.unknownOption': 'RMA_USAGE_UNKNOWN_OPTION',
  'commander.missingArgument': 'RMA_USAGE_MISSING_ARGUMENT',
  'commander.optionMissingArgument': 'RMA_USAGE_MISSING_VALUE',
  'commander.excessArguments': 'RMA_USAGE_TOO_MANY_ARGUMENTS',
};

/** Hints for command lines of other tools. */
const KNOWN_MISTAKES: Readonly<Record<string, string>> = {
  'commander.excessArguments up': 'profiles are options: rma up --profile NAME',
  'commander.excessArguments plan': 'profiles are options: rma plan --profile NAME',
  'commander.excessArguments down': 'profiles are options: rma down --profile NAME',
  'commander.optionMissingArgument logs': 'to follow the log output: rma logs --follow',
};

/** Converts a parse error of commander. `path` is the command that it occurred at. */
export function usageError(error: CommanderError, path: string): RmaError {
  // commander puts its suggestion on a second line
  const [first = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const help = path === '' ? 'rma --help' : `rma ${path} --help`;
  const meant = /^\((.*)\)$/.exec(suggestion ?? '')?.[1];
  return new RmaError(CODES[error.code] ?? 'RMA_USAGE_INVALID', first, {
    exitCode: EXIT.usage,
    hint:
      meant === undefined ? (KNOWN_MISTAKES[`${error.code} ${path}`] ?? help) : `${meant} Or see: ${help}`,
  });
}
