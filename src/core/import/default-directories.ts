import { join } from 'node:path/posix';

/**
 * Returns the directories in which programs keep their models on this machine, by their variables, else by their defaults;
 * without a home only those of the system.
 */
export function defaultDirectories(
  environment: Readonly<Record<string, string | undefined>>,
  home: string | null,
): readonly string[] {
  const {
    HF_HUB_CACHE: hub,
    HF_HOME: hfHome,
    OLLAMA_MODELS: ollama,
    MODELSCOPE_CACHE: modelscope,
    LLAMA_CACHE: llama,
    XDG_CACHE_HOME: cacheHome,
  } = environment;
  const below = (path: string): readonly string[] => (home === null ? [] : [join(home, path)]);
  const cache = (path: string): readonly string[] =>
    cacheHome ? [join(cacheHome, path)] : below(join('.cache', path));
  const named = (value: string | undefined, usual: readonly string[]) => (value ? [value] : usual);
  return [
    ...new Set([
      ...named(hub, hfHome ? [join(hfHome, 'hub')] : cache('huggingface/hub')),
      ...named(ollama, below('.ollama/models')),
      // the service that Ollama's installer creates
      '/usr/share/ollama/.ollama/models',
      ...named(llama, cache('llama.cpp')),
      ...named(modelscope, cache('modelscope')),
      ...below('.lmstudio/models'),
      // LM Studio up to 0.3.5
      ...cache('lm-studio/models'),
    ]),
  ];
}
