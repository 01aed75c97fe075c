import { join } from 'node:path';
import * as z from 'zod/mini';
import type { PinnedFile } from '../../../core/domain/pinned-model.ts';
import type { Schema } from '../../../core/schema/parse.ts';
import { wholeNumber } from '../../../core/schema/rules.ts';
import {
  PIECES_FOLDER,
  type PieceHashes,
  pieceCount,
  pieceRecordName,
  piecesIn,
} from '../../../core/store/pieces.ts';
import type { StagedFile } from '../../../ports/model-store.ts';
import type { Disk } from '../disk/disk.ts';
import { ensureDir, readJson, writeAtomic } from '../disk/files.ts';

interface PieceRecord extends PieceHashes {
  readonly schema: 'rma.pieces/v1';
  /** size of the file */
  readonly bytes: number;
}

const recordSchema: Schema<PieceRecord> = z.object({
  schema: z.literal('rma.pieces/v1'),
  bytes: wholeNumber(1),
  pieceBytes: wholeNumber(1),
  hashes: z.array(z.string()),
  checksums: z.optional(z.array(z.number())),
});

/** A verified content with its hashes. */
export interface HashedPieces {
  readonly hex: string;
  readonly bytes: number;
  readonly pieces: PieceHashes;
}

/** The hashes of large files by piece: one record per sha256, `.rma/pieces/sha256-HEX.json`, which is never out of date. */
export class PieceRecords {
  readonly #disk: Disk;
  readonly #state: string;

  constructor({ disk, state }: { readonly disk: Disk; readonly state: string }) {
    this.#disk = disk;
    this.#state = state;
  }

  /** Returns the hashes of the content with a sha256 and a size; null without a record. */
  async read(hex: string, bytes: number): Promise<PieceHashes | null> {
    const record = await readJson(this.#disk, this.#path(hex), recordSchema);
    if (record === null || record.bytes !== bytes) return null;
    const { pieceBytes, hashes, checksums } = record;
    const count = pieceCount(bytes, pieceBytes);
    if (count === 0 || hashes.length !== count) return null;
    const isWhole = checksums?.length === piecesIn(bytes, pieceBytes);
    return { pieceBytes, hashes, ...(isWhole && { checksums }) };
  }

  /** Records the hashes of files that were just downloaded, unless a record has them, and maybe checksums. Never rejects. */
  async keepStaged(staged: ReadonlyMap<PinnedFile, StagedFile>): Promise<void> {
    for (const [{ bytes }, { digest, pieces = null }] of staged) {
      if (pieces === null) continue;
      const { hex } = digest;
      const known = await this.read(hex, bytes).catch(() => null);
      if (known?.hashes.join() !== pieces.hashes.join()) await this.keep({ hex, bytes, pieces });
    }
  }

  /** Records the hashes of content. Never rejects: without them, a repair downloads the whole file. */
  async keep({ hex, bytes, pieces }: HashedPieces): Promise<void> {
    const record: PieceRecord = { schema: 'rma.pieces/v1', bytes, ...pieces };
    try {
      await ensureDir(this.#disk, join(this.#state, PIECES_FOLDER));
      await writeAtomic(this.#disk, {
        staging: join(this.#state, 'staging'),
        path: this.#path(hex),
        text: `${JSON.stringify(record)}\n`,
      });
    } catch {
      // a full or read-only disk
    }
  }

  #path(hex: string): string {
    return join(this.#state, pieceRecordName(hex));
  }
}
