import { ALL_SETTINGS } from '../../core/config/settings.ts';
import { SOURCES } from '../../core/source/sources.ts';
import { EXIT_MEANINGS } from './exit-meanings.ts';
import type { TopicName } from './topic-names.ts';

/** The text of each help topic. */
export const TOPICS: Readonly<Record<TopicName, () => string>> = {
  'exit-codes': exitCodes,
  environment,
  references,
  settings,
};

function exitCodes(): string {
  const rows = EXIT_MEANINGS.map(({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`);
  return [
    'Exit codes:',
    ...rows,
    '',
    'Every error also has an error code: "code: RMA_..." in its text, error.code with --json.',
  ].join('\n');
}

function environment(): string {
  const settingRows = ALL_SETTINGS.flatMap(({ key, env }) => env.map((name): Row => [name, key]));
  return [
    'Variables for settings; options override them, they override rma.yaml (rma help settings):',
    ...aligned(settingRows),
    '',
    'Separate list items with commas: RMA_PROFILES=cpu-worker,embedding RMA_PORTS=coordinator=7701',
    '',
    'Other variables:',
    ...aligned([
      ['HF_TOKEN', 'hub token; never printed or written to generated files'],
      ['HF_TOKEN_PATH', 'file with this token (default: the file of `hf auth login`)'],
      ['DOCKER_HOST, DOCKER_CONTEXT', 'Docker endpoint, as for the docker command'],
      ['XDG_STATE_HOME', 'directory for generated files without an rma.yaml (default ~/.local/state)'],
      ['NO_COLOR', 'if not empty, disable colors'],
      ['FORCE_COLOR, CLICOLOR_FORCE', 'enable colors even without a terminal'],
      ['LC_ALL, LC_CTYPE, LANG', 'symbols are ASCII unless the locale is UTF-8'],
    ]),
  ].join('\n');
}

function references(): string {
  return [
    'A model reference is the source of a model:',
    ...aligned(SOURCES.flatMap(({ help }) => help)),
    '',
    'Names from the catalog (profiles/models.yaml) are also accepted.',
  ].join('\n');
}

function settings(): string {
  const blocks = ALL_SETTINGS.map(({ key, flags, env, description, fallbackText }) => [
    key,
    `  ${description.replaceAll('`', '')}`,
    ...aligned([
      ['option', flags ?? '-'],
      ['environment', env.length === 0 ? '-' : env.join(', then ')],
      ['default', fallbackText.replaceAll('`', '')],
    ]),
  ]);
  return [
    'Settings, as paths in rma.yaml. Options override environment variables, which override the file.',
    ...blocks.flat(),
  ].join('\n');
}

type Row = readonly [string, string];

function aligned(rows: readonly Row[]): readonly string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
