/** Names of sources in filters. They are listed here, because the help of a command does not load the sources. */
export const SOURCE_NAMES: readonly string[] = ['hf', 'ollama', 'ms', 'url', 'docling', 'local'];

/** Other IDs and directories of sources. */
export const OTHER_SOURCE_NAMES: readonly string[] = ['plain', 'huggingface/hub', 'modelscope', 'gguf'];
