import { docling } from './docling.ts';
import { huggingface } from './huggingface.ts';
import { huggingfacePlain } from './huggingface-plain.ts';
import { modelscope } from './modelscope.ts';
import { ollama } from './ollama.ts';
import type { Layout, Source } from './source.ts';
import { url } from './url.ts';

/** All sources of models: a new one is a file in this directory and a line here. */
export const SOURCES: readonly Source[] = [huggingface, huggingfacePlain, url, ollama, modelscope, docling];

/** Sources that references and engines name: the others are variants of them. */
export const MAIN_SOURCES: readonly Source[] = SOURCES.filter(({ variantOf }) => variantOf === undefined);

/**
 * Returns the source of a reference or a pinned model.
 * @throws Error for an unknown id, which no parsed value has
 */
export function sourceOf({ source: id }: { readonly source: string }): Source {
  const found = SOURCES.find((source) => source.id === id);
  if (found === undefined) throw new Error(`unknown source ${id}`);
  return found;
}

/** Returns the layout of a source's directory; null for files outside all layouts. */
export function layoutOf({ source: id }: { readonly source: string | null }): Layout | null {
  return SOURCES.find((source) => source.id === id)?.store.layout ?? null;
}

/** Names of the secrets that hold tokens for servers of sources. */
export const TOKEN_SECRETS: readonly string[] = MAIN_SOURCES.flatMap(({ token }) => token?.secret ?? []);

/** Returns the id that settings and engines use for a source. */
export function mainSource(id: string): string {
  return sourceOf({ source: id }).variantOf ?? id;
}
