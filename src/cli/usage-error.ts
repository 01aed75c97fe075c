import type { CommanderError } from 'commander';
import { isOptionOf } from '../core/config/setting.ts';
import { ALL_SETTINGS } from '../core/config/settings.ts';
import { type ErrorCode, EXIT, RmaError } from '../core/errors.ts';
import { nearest } from '../core/nearest.ts';
import { shellQuote } from '../core/shell-quote.ts';
import type { Command, CommandTable } from './define-command.ts';
import { type NotUnderstood, otherToolHint } from './other-tools.ts';

const CODES: Readonly<Record<string, ErrorCode>> = {
  'commander.unknownCommand': 'RMA_USAGE_UNKNOWN_COMMAND',
  'commander.unknownOption': 'RMA_USAGE_UNKNOWN_OPTION',
  'commander.missingArgument': 'RMA_USAGE_MISSING_ARGUMENT',
  'commander.optionMissingArgument': 'RMA_USAGE_MISSING_VALUE',
  'commander.excessArguments': 'RMA_USAGE_TOO_MANY_ARGUMENTS',
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
    hint: hintOf(
      {
        kind: error.code.replace('commander.', ''),
        path: fault.path,
        word: /'(.*)'/s.exec(first)?.[1] ?? '',
      },
      fault,
      /^\((.*)\)$/.exec(suggestion ?? '')?.[1],
    ),
  });
}

function hintOf(what: NotUnderstood, fault: UsageFault, meant: string | undefined): string {
  const { kind, path } = what;
  const help = path === '' ? 'rma --help' : `rma ${path} --help`;
  if (kind === 'unknownOption') {
    const moved = optionsMoved(fault);
    if (moved !== null) return `options of a command follow its name: ${moved}`;
  }
  const known = otherToolHint(what);
  if (known !== null) return known;
  const elsewhere = kind === 'unknownCommand' ? commandsNamed(what, fault.table) : [];
  if (elsewhere.length > 0) return `Did you mean ${elsewhere.join(' or ')}? Or see: ${help}`;
  return meant === undefined || !isClose(what.word, meant) ? help : `${meant} Or see: ${help}`;
}

/** Returns the commands and nouns whose last word this is: those of the same noun, else of any; none if there are many. */
function commandsNamed(
  { word, path: at }: NotUnderstood,
  { commands, nouns }: CommandTable,
): readonly string[] {
  const paths = [...commands.map(({ path }) => path), ...Object.keys(nouns)];
  const named = paths.filter((path) => path.endsWith(` ${word}`));
  const own = named.filter((path) => path.startsWith(`${at} `));
  const meant = own.length > 0 ? own : named;
  return meant.length > 2 ? [] : meant.map((path) => `rma ${path}`);
}

/** Returns whether a suggestion looks like the word: Commander also suggests `--yes` for `--dest`. */
function isClose(word: string, meant: string): boolean {
  const suggested = [...meant.matchAll(/(?<=-)[a-z][a-z-]*/g)].map(([name]) => name);
  return suggested.length === 0 || nearest(word.replace(/^-+/, ''), suggested) !== null;
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

function takes({ path, options, settings }: Command, option: string): boolean {
  const ofSettings = settings ? ALL_SETTINGS.filter((setting) => isOptionOf(setting, path)) : [];
  const specs = [...Object.values(options), ...ofSettings];
  return specs.some(({ flags }) => flags?.split(/, | /).includes(option));
}
