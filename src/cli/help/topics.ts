import { ALL_SETTINGS } from '../../core/config/settings.ts';
import { EXIT_MEANINGS } from './exit-meanings.ts';
import type { TopicName } from './topic-names.ts';

/** Text of each help topic. */
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
    'Every error has a code of its own besides: "code: RMA_..." in its text, error.code with --json.',
  ].join('\n');
}

function environment(): string {
  const settingRows = ALL_SETTINGS.flatMap(({ key, env }) => env.map((name): Row => [name, key]));
  return [
    'Variables for settings, weaker than options, stronger than rma.yaml (rma help settings):',
    ...aligned(settingRows),
    '',
    'Lists are written with commas: RMA_PROFILES=cpu-worker,embedding RMA_PORTS=coordinator=7701',
    '',
    'Others that rma reads:',
    ...aligned([
      ['HF_TOKEN', 'token for the hub; never printed, never stored in generated files'],
      ['HF_TOKEN_PATH', 'file with that token; without both, the file of `hf auth login`'],
      ['DOCKER_HOST, DOCKER_CONTEXT', 'which Docker to use, as the docker command reads them'],
      ['XDG_STATE_HOME', 'where files go without an rma.yaml (default ~/.local/state)'],
      ['NO_COLOR', 'not empty: no colours'],
      ['FORCE_COLOR, CLICOLOR_FORCE', 'colours even without a terminal'],
      ['LC_ALL, LC_CTYPE, LANG', 'signs beyond ASCII only in a UTF-8 locale'],
    ]),
  ].join('\n');
}

function references(): string {
  return [
    'A model reference says where a model comes from:',
    ...aligned([
      ['hf:ORG/REPO', 'repository on the Hugging Face hub, branch main'],
      ['hf:ORG/REPO@REV', 'a branch, tag or commit of it'],
      ['hf:ORG/REPO[@REV]:GLOB', 'the files that match, such as *.gguf'],
      ['ollama:NAME[:TAG]', 'a model of the Ollama registry, tag latest'],
      ['ollama:[HOST/]NS/NAME[:TAG]', 'of another namespace or registry, hf.co too'],
      ['https://HOST/NAME.gguf', 'one GGUF file'],
      ['https://HOST/NAME.gguf#sha256=HEX', 'the same, checked against this hash'],
    ]),
    '',
    'Names of the catalog, profiles/models.yaml, can be given as well.',
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
    'Settings, as paths in rma.yaml. An option wins over the environment, that over the file.',
    ...blocks.flat(),
  ].join('\n');
}

type Row = readonly [string, string];

function aligned(rows: readonly Row[]): readonly string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
