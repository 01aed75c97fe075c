import type { Digest, PinnedModel } from '../../../core/domain/pinned-model.ts';
import { buildInventory } from '../../../core/inventory/build-inventory.ts';
import { placeInStore } from '../../../core/source/store-paths.ts';
import { type ScanContext, scanStore } from '../inventory/scan-store.ts';

/** Content that receipts confirm. */
interface VerifiedContent {
  /** absolute paths of files that have it */
  readonly places: string[];
  /** size and modification time of each file that a receipt verified */
  readonly marks: Set<string>;
}

export interface ContentIndex {
  /** by `contentKey` */
  readonly contents: ReadonlyMap<string, VerifiedContent>;
  /** models as recorded under their references */
  readonly records: readonly PinnedModel[];
}

/** Walks through a store once, and returns where the verified content is. Reads no content. */
export async function contentIndex(context: ScanContext): Promise<ContentIndex> {
  const scan = await scanStore(context);
  const contents = new Map<string, VerifiedContent>();
  const of = (digest: Digest): VerifiedContent => {
    const known = contents.get(contentKey(digest)) ?? { places: [], marks: new Set() };
    contents.set(contentKey(digest), known);
    return known;
  };
  for (const { files } of scan.receipts) {
    for (const { digest, bytes, mtimeNs } of Object.values(files))
      of(digest).marks.add(contentMark(bytes, mtimeNs));
  }
  for (const { files } of buildInventory(scan).models) {
    for (const { digest, content, isVerified } of files) {
      if (digest === null || !isVerified) continue;
      const { places } = of(digest);
      const place = placeInStore(context.paths, content);
      if (!places.includes(place)) places.push(place);
    }
  }
  return { contents, records: scan.records };
}

/** Returns the key of content in an index: its algorithm and hash. */
export function contentKey({ algorithm, hex }: Digest): string {
  return `${algorithm}:${hex}`;
}

/** Returns the text that identifies the file that a receipt verified. */
export function contentMark(bytes: number, mtimeNs: string): string {
  return `${bytes}:${mtimeNs}`;
}
