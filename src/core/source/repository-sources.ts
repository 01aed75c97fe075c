/**
 * The ids of the sources with repositories, which can have the same files. Apart from the sources, which need a schema
 * library that `--help` should not load.
 */
export const REPOSITORY_SOURCES: readonly string[] = ['hf', 'ms'];

/** The variable of the tokenizer service and of vLLM that chooses between the two hubs. */
export const HUB_SWITCH = 'USE_MODELSCOPE';

/** Returns the hub that `USE_MODELSCOPE` means. */
export function switchedSource(useModelScope: boolean): string {
  return useModelScope ? 'ms' : 'hf';
}
