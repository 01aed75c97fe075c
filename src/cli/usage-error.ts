import type { CommanderError } from 'commander';
import { type ErrorCode, EXIT, RmaError } from '../core/errors.ts';

const CODES: Readonly<Record<string, ErrorCode>> = {
  'commander.unknownCommand': 'RMA_USAGE_UNKNOWN_COMMAND',
  'commander.unknownOption': 'RMA_USAGE_UNKNOWN_OPTION',
  'commander.missingArgument': 'RMA_USAGE_MISSING_ARGUMENT',
  'commander.optionMissingArgument': 'RMA_USAGE_MISSING_VALUE',
  'commander.excessArguments': 'RMA_USAGE_TOO_MANY_ARGUMENTS',
};

/** What people type who know other tools, and what they mean here. */
const KNOWN_MISTAKES: Readonly<Record<string, string>> = {
  'commander.excessArguments up': 'profiles are named by an option: rma up --profile NAME',
  'commander.excessArguments plan': 'profiles are named by an option: rma plan --profile NAME',
  'commander.excessArguments down': 'profiles are named by an option: rma down --profile NAME',
  'commander.optionMissingArgument logs': 'to go on as new lines come: rma logs --follow',
};

/** A command line that makes no sense, in rma's own form. `path` is the command it was found at. */
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
