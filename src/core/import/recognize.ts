import type { ImportKind } from '../domain/import.ts';
import { lmStudioPath } from './lm-studio-path.ts';

/** Directories in which programs keep their models below their own: `~/.ollama/models`, `~/.cache/huggingface/hub`. */
export const INNER_DIRECTORIES = ['', 'hub', 'models', 'huggingface/hub'] as const;

/** Depth of the names that `recognize` needs. */
export const RECOGNIZED_DEPTH = 5;

/** The names that identify the directory of a program; the first that fits counts. */
const FORMS: readonly (readonly [ImportKind, (names: readonly string[]) => boolean])[] = [
  ['rma', (names) => names.includes('.rma/version')],
  ['bundle', (names) => names.includes('manifest.json') && names.includes('contents')],
  // https://huggingface.co/docs/huggingface_hub/guides/manage-cache
  ['huggingface', (names) => names.some((name) => /^models--[^/]+\/(?:snapshots|blobs|refs)$/.test(name))],
  ['ollama', (names) => names.includes('manifests') && names.includes('blobs')],
  ['llamacpp', isLlamaCpp],
  [
    'modelscope',
    (names) =>
      names.some((name) =>
        /^(?:models\/[^/]+--[^/]+\/snapshots|(?:hub\/)?(?:models\/)?[^/]+\/[^/]+\/\.(?:msc|mdl|mv))$/.test(
          name,
        ),
      ),
  ],
  ['lmstudio', (names) => names.some((name) => lmStudioPath(name)?.name.includes('/') === false)],
];

/**
 * Returns the program that keeps its models in a directory, by the names in it down to `RECOGNIZED_DEPTH`, sorted; null for
 * any other directory.
 */
export function recognize(names: readonly string[]): ImportKind | null {
  return FORMS.find(([, fits]) => fits(names))?.[0] ?? null;
}

/** llama.cpp writes a record of the download next to each file, or of the repository: common/download.cpp in its source. */
function isLlamaCpp(names: readonly string[]): boolean {
  const found = new Set(names);
  return names.some(
    (name) =>
      /^manifest=[^/]+=[^/]+=[^/]+\.json$/.test(name) ||
      (/^[^/]+\.gguf$/i.test(name) && (found.has(`${name}.json`) || found.has(`${name}.etag`))),
  );
}
