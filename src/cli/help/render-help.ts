import { isOptionOf } from '../../core/config/setting.ts';
import { ALL_SETTINGS, SETTINGS } from '../../core/config/settings.ts';
import { RMA_VERSION } from '../../core/version.ts';
import { COMMAND_GROUPS, type Command, type CommandTable } from '../define-command.ts';
import { freeFlags, GLOBAL_OPTIONS, LIST_OPTIONS } from '../global-options.ts';
import { SERVICE_SETTINGS } from '../main-settings.ts';
import { argumentForm } from './argument-form.ts';
import { columns, type Row, wrap } from './columns.ts';
import { TOPIC_NAMES } from './topic-names.ts';

/** Returns the help of a command, of a noun (`models`), or of rma itself (empty path). */
export function renderHelp(path: string, table: CommandTable): string {
  const command = table.commands.find((candidate) => candidate.path === path);
  if (command !== undefined) return commandHelp(command);
  return path === '' ? rootHelp(table) : nounHelp(path, table);
}

/** Returns the output of `rma` without a command. */
export function renderShortHelp(table: CommandTable): string {
  return [...commandSections(table), 'More: rma --help, rma help COMMAND', ''].join('\n');
}

function rootHelp(table: CommandTable): string {
  const examples = table.commands
    .slice(0, 3)
    .map(({ examples: [first] }): Row => [first.command, first.does]);
  return [
    `rma ${RMA_VERSION}: turns GPU boxes into model workers with plain Docker Compose`,
    '',
    ...section('Examples', examples),
    ...commandSections(table),
    ...section('Global options', [
      ...rows(GLOBAL_OPTIONS),
      ['-h, --help', 'print help'],
      ['--version', 'print the version'],
    ]),
    'More: rma help COMMAND, rma help TOPIC',
    `Topics: ${TOPIC_NAMES.join(', ')}`,
    '',
  ].join('\n');
}

function commandSections({ commands, nouns }: CommandTable): readonly string[] {
  const sections = COMMAND_GROUPS.flatMap((group) => {
    const members = commands.filter((command) => command.group === group);
    const words = [...new Set(members.map(({ path }) => path.split(' ')[0] ?? path))];
    const entries = words.map((word): Row => {
      const single = members.find(({ path }) => path === word);
      return [word, single?.summary ?? nouns[word] ?? ''];
    });
    return entries.length === 0 ? [] : section(group, entries);
  });
  return ['Usage: rma [options] COMMAND', '', ...sections];
}

function nounHelp(noun: string, { commands, nouns }: CommandTable): string {
  const members = commands.filter(({ path }) => path.startsWith(`${noun} `));
  const examples = members.map(({ examples: [first] }): Row => [first.command, first.does]);
  return [
    nouns[noun] ?? noun,
    '',
    `Usage: rma ${noun} COMMAND`,
    '',
    ...section('Examples', examples),
    ...section(
      'Commands',
      members.map(({ path, summary }): Row => [path, summary]),
    ),
    `More: rma help ${noun} COMMAND`,
    '',
  ].join('\n');
}

function commandHelp(command: Command): string {
  const args = Object.entries(command.arguments).map(([name, { form, description }]): Row => {
    return [argumentForm(name, form), description];
  });
  const usage = ['Usage: rma', command.path, '[options]', ...args.map(([form]) => form)].join(' ');
  return [
    command.summary,
    '',
    usage,
    '',
    ...section(
      'Examples',
      command.examples.map((example): Row => [example.command, example.does]),
    ),
    ...(command.description === undefined ? [] : [...wrap(command.description), '']),
    ...section('Arguments', args),
    ...section('Options', rows(command.options)),
    ...section('List options', command.list ? rows(LIST_OPTIONS) : []),
    ...(command.settings ? settingsSection(command) : []),
    ...section('Global options', [...globalRows(command), ['-h, --help', 'print help']]),
  ].join('\n');
}

/** An option of the command itself hides a setting of the same name. */
function settingsSection(command: Command): readonly string[] {
  const own = Object.values(command.options).map(({ flags }) => longName(flags));
  const options = ALL_SETTINGS.filter(
    (setting) =>
      isOptionOf(setting, command.path) &&
      setting.key !== SETTINGS.project.key &&
      !own.includes(longName(setting.flags ?? '')),
  );
  const main: readonly string[] = (command.mainSettings ?? SERVICE_SETTINGS).map(
    (name) => SETTINGS[name].key,
  );
  const described = options.filter(({ key }) => main.includes(key));
  const others = options.filter(({ key }) => !main.includes(key));
  const names = others.map(({ flags }) => longName(flags ?? '')).join(', ');
  return [
    'Settings (also in rma.yaml):',
    ...columns(
      described.map(({ flags, description }): Row => [flags ?? '', description.replaceAll('`', '')]),
    ),
    '',
    ...wrap(`Also options: ${names} (see rma help settings)`),
    '',
  ];
}

/** Returns the name in the flags of a setting, which have no short form. */
function longName(flags: string): string {
  return flags.split(' ')[0] ?? '';
}

function globalRows({ options }: Command): readonly Row[] {
  const own = Object.values(options).map(({ flags }) => flags);
  return rows(GLOBAL_OPTIONS).map(([flags, description]): Row => [freeFlags(flags, own), description]);
}

function rows(options: Readonly<Record<string, { flags: string; description: string }>>): readonly Row[] {
  return Object.values(options).map(({ flags, description }): Row => [flags, description]);
}

function section(title: string, entries: readonly Row[]): readonly string[] {
  if (entries.length === 0) return [];
  return [`${title}:`, ...columns(entries), ''];
}
