/**
 * The ids of the sources with repositories, which can have the same files. Apart from the sources, which need a schema
 * library that `--help` should not load.
 */
export const REPOSITORY_SOURCES: readonly string[] = ['hf', 'ms'];
