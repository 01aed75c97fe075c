import { listArgument } from '../../argument.ts';
import { defineCommand } from '../../define-command.ts';
import { DOWNLOAD_SETTINGS } from '../../main-settings.ts';
import { flagOption, textOption, textsOption } from '../../option.ts';

export const modelsPullCommand = defineCommand({
  path: 'models pull',
  group: 'Models',
  summary: 'Download and verify missing model files',
  description:
    'Downloads into the store volume in a container, or with --dest into a local directory without Docker. ' +
    'Running it again resumes an interrupted download.',
  examples: [
    { command: 'rma models pull', does: "download the project's models" },
    {
      command: 'rma models pull all --dest /data/models',
      does: 'download the models of all profiles to a directory',
    },
    {
      command: 'rma models pull hf:Qwen/Qwen2.5-0.5B-Instruct-GGUF:*q4_k_m.gguf',
      does: 'download files of one repository',
    },
    {
      command: 'rma models pull set:starter --dest /data/models',
      does: 'download a set of GGUF models to one directory',
    },
    {
      command: 'rma models pull Qwen/Qwen3-0.6B --exclude "*.md"',
      does: 'download a repository without some files',
    },
    {
      command: 'rma models pull ollama:llava:7b --from box1:7701',
      does: 'download from another machine (rma models serve)',
    },
  ],
  arguments: { model: listArgument("names, references, sets, or `all` (default: the project's models)") },
  options: {
    dest: textOption('--dest <DIR>', 'download to a local directory, without Docker'),
    include: textsOption('--include <GLOB>', 'only matching files of one repository (repeatable)'),
    exclude: textsOption('--exclude <GLOB>', 'all but matching files of one repository (repeatable)'),
    dryRun: flagOption('--dry-run', 'show what would be downloaded without changing anything'),
    strict: flagOption('--strict', 'exit with 8 if an optional model does not exist at its source'),
    refresh: flagOption('--refresh', 'resolve model references again'),
  },
  settings: true,
  mainSettings: DOWNLOAD_SETTINGS,
  list: false,
  load: async () => (await import('./pull-handler.ts')).pullModels,
});
