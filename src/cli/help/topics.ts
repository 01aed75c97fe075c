import { ALL_SETTINGS } from '../../core/config/settings.ts';
import { SOURCES } from '../../core/source/sources.ts';
import { columns, type Row, wrap } from './columns.ts';
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
  const rows = columns(EXIT_MEANINGS.map(({ code, meaning }): Row => [String(code).padStart(3), meaning]));
  return [
    'Exit codes:',
    ...rows,
    '',
    ...wrap('Every error also has an error code: "code: RMA_..." in its text, error.code with --json.'),
  ].join('\n');
}

function environment(): string {
  const settingRows = ALL_SETTINGS.flatMap(({ key, env }) => env.map((name): Row => [name, key]));
  return [
    'Variables for settings (rma help settings); options override them, and they',
    'override rma.yaml:',
    ...columns(settingRows),
    '',
    'Separate list items with commas: RMA_PROFILES=cpu-worker,embedding',
    'RMA_PORTS=coordinator=7701,cpu-worker-llamacpp=8090',
    '',
    'Other variables:',
    ...columns([
      ['HF_TOKEN', 'hub token; never printed or written to generated files'],
      ['HUGGING_FACE_HUB_TOKEN', 'old name of HF_TOKEN'],
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
    ...columns(SOURCES.flatMap(({ help }) => help)),
    '',
    'Names from the catalog (profiles/models.yaml) are also accepted.',
  ].join('\n');
}

function settings(): string {
  const blocks = ALL_SETTINGS.map(({ key, flags, env, description, fallbackText }) => [
    key,
    ...wrap(description.replaceAll('`', ''), 78).map((line) => `  ${line}`),
    ...columns([
      ['option', flags ?? '-'],
      ['environment', env.length === 0 ? '-' : env.join(', then ')],
      ['default', fallbackText.replaceAll('`', '')],
    ]),
  ]);
  return [
    'Settings, as paths in rma.yaml. Options override environment variables, which',
    'override the file.',
    ...blocks.flatMap((block) => ['', ...block]),
  ].join('\n');
}
