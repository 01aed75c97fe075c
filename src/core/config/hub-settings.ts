import { HUB_SWITCH } from '../source/repository-sources.ts';
import { endpointsSetting, listSetting, type Setting, scalarSetting } from './setting.ts';
import { parseHubSource, parsePath, parseSwitch, parseUrl } from './value-parsers.ts';

/** Settings of the hubs that models come from. */
export const HUB_SETTINGS = {
  hubEndpoint: endpointsSetting({
    key: 'hub.endpoint',
    flags: '--hub-endpoint <URL>',
    env: ['RMA_HUB_ENDPOINT', 'HF_ENDPOINT'],
    description: 'URL of the Hugging Face hub or of mirrors; a list is tried in order',
    example: 'https://huggingface.co',
    fallback: 'https://huggingface.co',
    fallbackText: '`https://huggingface.co`',
    parse: parseUrl,
  }),
  ollamaEndpoint: endpointsSetting({
    key: 'hub.ollama_endpoint',
    flags: '--ollama-endpoint <URL>',
    env: ['RMA_OLLAMA_ENDPOINT'],
    description: 'URL of the Ollama registry or of mirrors; a list is tried in order',
    example: 'https://registry.ollama.ai',
    fallback: 'https://registry.ollama.ai',
    fallbackText: '`https://registry.ollama.ai`',
    parse: parseUrl,
  }),
  modelscopeEndpoint: endpointsSetting({
    key: 'hub.modelscope_endpoint',
    flags: '--modelscope-endpoint <URL>',
    env: ['RMA_MODELSCOPE_ENDPOINT', 'MODELSCOPE_ENDPOINT'],
    description: 'URL of ModelScope or of mirrors; a list is tried in order',
    example: 'https://www.modelscope.cn',
    fallback: 'https://www.modelscope.cn',
    fallbackText: '`https://www.modelscope.cn`',
    parse: parseUrl,
  }),
  githubEndpoint: endpointsSetting({
    key: 'hub.github_endpoint',
    flags: '--github-endpoint <URL>',
    env: ['RMA_GITHUB_ENDPOINT'],
    description: 'URL of GitHub or of mirrors, for files and archives there; a list is tried in order',
    example: 'https://github.com',
    fallback: 'https://github.com',
    fallbackText: '`https://github.com`',
    parse: parseUrl,
  }),
  hubSources: listSetting({
    key: 'hub.sources',
    flags: '--hub-sources <NAMES>',
    env: ['RMA_HUB_SOURCES', HUB_SWITCH],
    join: 'first',
    description: 'hubs that files of a repository are requested from, in order',
    example: '[hf, ms]',
    fallbackText: 'the hub of the reference',
    parse: (text, { where }) => parseHubSource(text, where),
  }),
  allowPickle: scalarSetting({
    key: 'hub.allow_pickle',
    flags: '--allow-pickle',
    env: ['RMA_ALLOW_PICKLE'],
    form: 'switch',
    description:
      'also use models with pickles (`*.bin`, `*.pt`, `*.pth`, `*.ckpt`), which can run code in their engine',
    example: 'false',
    fallback: false,
    fallbackText: '`false`',
    parse: parseSwitch,
  }),
  hubTokenFile: scalarSetting({
    key: 'hub.token_file',
    flags: '--token-file <FILE>',
    env: ['RMA_TOKEN_FILE'],
    form: 'text',
    description: 'file with the hub token',
    example: '~/hub-token',
    fallback: null,
    fallbackText:
      '`HF_TOKEN` (old name: `HUGGING_FACE_HUB_TOKEN`), then `HF_TOKEN_PATH`, then the file of `hf auth login`',
    parse: parsePath,
  }),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;
