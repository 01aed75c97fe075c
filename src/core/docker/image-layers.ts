import * as z from 'zod/mini';
import { type Parsed, parseJson } from '../schema/parse.ts';
import { text } from '../schema/rules.ts';

/** An image in an archive of `docker save`. */
export interface ArchivedImage {
  /** name of its configuration in the archive */
  readonly config: string;
  /** names of its layers in the archive, from the lowest */
  readonly layers: readonly string[];
}

// https://github.com/moby/docker-image-spec/blob/v1.3.1/v1.2.md#combined-image-json--filesystem-changeset-format
const manifest = z.tuple([z.object({ Config: text(), Layers: z.array(text()) })]);
const config = z.looseObject({
  architecture: text(),
  os: text(),
  rootfs: z.object({ type: z.literal('layers'), diff_ids: z.array(text()) }),
});

/** Name of the file that lists the images of an archive. */
export const ARCHIVE_MANIFEST = 'manifest.json';

/** Parses the list of an archive with one image. */
export function parseArchiveManifest(content: string): Parsed<ArchivedImage, string> {
  const parsed = parseJson(manifest, content);
  if (!parsed.ok) return parsed;
  const [{ Config, Layers }] = parsed.value;
  return { ok: true, value: { config: Config, layers: Layers } };
}

/** Returns the list of an archive with one image. @param tag null: none */
export function formatArchiveManifest({ config: name, layers }: ArchivedImage, tag: string | null): string {
  return JSON.stringify([{ Config: name, RepoTags: tag === null ? null : [tag], Layers: layers }]);
}

/** Returns the configuration of an image that has only the lowest layers of another one. Null if that is no configuration. */
export function lowestLayers(content: string, count: number): string | null {
  const parsed = parseJson(config, content);
  if (!parsed.ok) return null;
  const { architecture, os, rootfs } = parsed.value;
  return JSON.stringify({
    architecture,
    os,
    config: {},
    rootfs: { type: rootfs.type, diff_ids: rootfs.diff_ids.slice(0, count) },
  });
}

/** Returns how many of the lowest layers of an image are also the lowest ones of another image. */
export function sharedLayers(layers: readonly string[], others: Iterable<readonly string[]>): number {
  let most = 0;
  for (const other of others) {
    const differs = layers.findIndex((layer, at) => other[at] !== layer);
    most = Math.max(most, differs < 0 ? layers.length : differs);
  }
  return most;
}
