import type { CommanderError } from 'commander';
import { ALL_SETTINGS } from '../core/config/settings.ts';
import { type ErrorCode, EXIT, RmaError } from '../core/errors.ts';
import { shellQuote } from '../core/shell-quote.ts';
import type { Command, CommandTable } from './define-command.ts';

const CODES: Readonly<Record<string, ErrorCode>> = {
  'commander.unknownCommand': 'RMA_USAGE_UNKNOWN_COMMAND',
  'commander.unknownOption': 'RMA_USAGE_UNKNOWN_OPTION',
  'commander.missingArgument': 'RMA_USAGE_MISSING_ARGUMENT',
  'commander.optionMissingArgument': 'RMA_USAGE_MISSING_VALUE',
  'commander.excessArguments': 'RMA_USAGE_TOO_MANY_ARGUMENTS',
};

/** Hints for command lines of other tools, by error and command. */
const KNOWN_MISTAKES: Readonly<Record<string, string>> = {
  'excessArguments up': 'profiles are options: rma up --profile NAME',
  'excessArguments plan': 'profiles are options: rma plan --profile NAME',
  'excessArguments down': 'profiles are options: rma down --profile NAME',
  'excessArguments ps': 'to show one service: rma ps --format wide, or rma logs SERVICE',
  'missingArgument exec': 'to run a shell: rma exec SERVICE sh   (rma ps lists the services)',
};

/** Commands of Docker, Compose, Ollama and kubectl that have another name here. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  stop: 'to stop the workers: rma down (models are kept); to restart services: rma restart',
  kill: 'to stop the workers: rma down',
  rm: 'to remove the workers: rma down (models are kept)',
  start: 'to start the workers: rma up',
  run: 'to start a worker: rma up --profile NAME; to run a command in a service: rma exec SERVICE COMMAND',
  serve: 'to start a worker: rma up --profile NAME',
  create: 'to start a worker: rma up --profile NAME; to write the Compose file only: rma compose render',
  apply: 'to apply the settings: rma up',
  deploy: 'to start the workers: rma up',
  diff: 'to show the changes: rma plan',
  pull: 'to download models: rma models pull',
  download: 'to download models: rma models pull',
  images: 'to show the image of each service: rma ps --format wide',
  list: 'to list services: rma ps; to list models: rma models ls',
  ls: 'to list services: rma ps; to list models: rma models ls',
  get: 'to list services: rma ps; to list models: rma models ls',
  show: 'to show a profile: rma profiles show NAME; to show the settings: rma config show',
  describe: 'to show the state of each worker: rma status',
  inspect: 'to show the state of each worker: rma status --json',
  shell: 'to run a shell in a service: rma exec SERVICE sh',
  top: 'to show GPUs and their users: rma gpus',
  stats: 'to show GPUs and their users: rma gpus',
  info: 'to show the host: rma version; to show its GPUs: rma gpus',
  doctor: 'to show the host: rma version; its GPUs: rma gpus; the workers: rma status',
  init: 'rma needs no file; to print one with all settings: rma config show --format yaml',
};

/** Where a parse error occurred. */
export interface UsageFault {
  /** words of the command that was parsed */
  readonly path: string;
  readonly argv: readonly string[];
  readonly table: CommandTable;
}

/** Converts a parse error of commander. */
export function usageError(error: CommanderError, fault: UsageFault): RmaError {
  // commander puts its suggestion on a second line
  const [first = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  return new RmaError(CODES[error.code] ?? 'RMA_USAGE_INVALID', first, {
    exitCode: EXIT.usage,
    hint: hintOf(error.code.replace('commander.', ''), fault, /^\((.*)\)$/.exec(suggestion ?? '')?.[1]),
  });
}

function hintOf(kind: string, fault: UsageFault, meant: string | undefined): string {
  const { path, argv } = fault;
  const help = path === '' ? 'rma --help' : `rma ${path} --help`;
  if (kind === 'unknownOption') {
    const moved = optionsMoved(fault);
    if (moved !== null) return `options of a command follow its name: ${moved}`;
  }
  if (kind === 'unknownCommand' && path === '') {
    const other = argv.map((word) => OTHER_NAMES[word]).find((text) => text !== undefined);
    if (other !== undefined) return other;
  }
  if (meant !== undefined) return `${meant} Or see: ${help}`;
  return KNOWN_MISTAKES[`${kind} ${path}`] ?? help;
}

/** Returns the command line with its command first, if an option of the command precedes it; else null. */
function optionsMoved({ path, argv, table }: UsageFault): string | null {
  const depth = path === '' ? 0 : path.split(' ').length;
  const command = table.commands.find((each) => {
    const words = each.path.split(' ');
    return words.length > depth && words.every((word) => argv.includes(word));
  });
  if (command === undefined || !argv.some((word) => takes(command, word.split('=')[0] ?? word))) return null;
  const rest = [...argv];
  const words = command.path.split(' ');
  for (const word of words) rest.splice(rest.indexOf(word), 1);
  return ['rma', ...words, ...rest.map(shellQuote)].join(' ');
}

function takes({ options, settings }: Command, option: string): boolean {
  const specs = [...Object.values(options), ...(settings ? ALL_SETTINGS : [])];
  return specs.some(({ flags }) => flags?.split(/, | /).includes(option));
}
