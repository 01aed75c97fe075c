import * as z from 'zod/mini';
import type {
  ArchiveEntry,
  BundleContent,
  BundleExtras,
  BundleImage,
  BundleNamedFile,
} from '../domain/bundle.ts';
import type { Schema } from '../schema/parse.ts';
import { matching, text, textWithout, wholeNumber } from '../schema/rules.ts';
import { pathFault } from '../store/safe-path.ts';

/** Directory of the files of a project in a bundle. */
export const PROJECT_DIRECTORY = 'project';

const sha256 = matching(/^[0-9a-f]{64}$/, '64 hexadecimal digits');
const path = textWithout(pathFault, 'a relative path');
const archiveEntry: Schema<ArchiveEntry> = z.union([
  z.object({ path, sha256 }),
  z.object({ path, link: matching(/^(?:\.\.\/)?[\w.-]+(?:\/[\w.-]+)*$/, 'a relative path') }),
]);

export const contentSchema: Schema<BundleContent> = z.object({ sha256, bytes: wholeNumber(0) });

const namedFile: Schema<BundleNamedFile> = z.object({
  path: matching(
    /^(?:rma-[\w.-]+\.tgz|project\/(?:rma\.yaml|rma\.lock|(?:profiles|engines)\/\w[\w.-]*\.ya?ml))$/,
    'a file of rma or of the project',
  ),
  sha256,
  bytes: wholeNumber(0),
});

export const extrasSchema: Schema<BundleExtras> = z.object({
  files: z.array(namedFile),
  images: z.array(
    z.object({
      reference: matching(/^[\w][\w./:@-]*$/, 'an image reference'),
      id: matching(/^sha256:[0-9a-f]{64}$/, 'the id of an image'),
      platform: text(),
      archive: z.array(archiveEntry),
    }),
  ),
  contents: z.array(contentSchema),
});

/** Returns the path of a part of an image in a bundle. */
export function imageContentName(hex: string): string {
  return `images/${hex}`;
}

/** Returns the files and the parts of images by their path in a bundle, in the order of a stream. */
export function extraEntries(extras: BundleExtras | undefined): ReadonlyMap<string, BundleContent> {
  const files = (extras?.files ?? []).map((file) => [file.path, file] as const);
  const contents = (extras?.contents ?? []).map((each) => [imageContentName(each.sha256), each] as const);
  return new Map([...files, ...contents]);
}

/** Returns the sha256 of the files of an image's archive. */
export function imageHashes({ archive }: Pick<BundleImage, 'archive'>): ReadonlySet<string> {
  return new Set(archive.flatMap((entry) => ('sha256' in entry ? [entry.sha256] : [])));
}

/**
 * Returns whether an engine has an image, by the id that it has for the reference: the hash of the configuration or of a
 * manifest, depending on how the engine stores images. Both are files of the archive.
 */
export function isSameImage(image: Pick<BundleImage, 'archive'>, id: string): boolean {
  return imageHashes(image).has(id.replace(/^sha256:/, ''));
}

/** Returns what is inconsistent in the images of a bundle; null if nothing is. */
export function extrasFault({ images, contents }: BundleExtras): string | null {
  const known = new Set(contents.map((each) => each.sha256));
  const broken = images.find(
    (image) => !isSameImage(image, image.id) || [...imageHashes(image)].some((hex) => !known.has(hex)),
  );
  return broken === undefined ? null : `its manifest is inconsistent for the image ${broken.reference}`;
}

/** Returns the sizes of images in a bundle; parts that several share count for each. */
export function imageSizes({ images, contents }: BundleExtras): readonly {
  readonly reference: string;
  readonly bytes: number;
}[] {
  const sizes = new Map(contents.map((each) => [each.sha256, each.bytes]));
  return images.map((image) => ({
    reference: image.reference,
    bytes: [...imageHashes(image)].reduce((sum, hex) => sum + (sizes.get(hex) ?? 0), 0),
  }));
}
