import type { Range } from './range-set.ts';

/** Bytes of a piece: what is downloaded again if some of them are wrong. */
export const PIECE_BYTES = 64 * 1024 * 1024;

/** Hashes of a file by piece. */
export interface PieceHashes {
  readonly pieceBytes: number;
  /** sha256 of everything up to the end of each complete piece */
  readonly hashes: readonly string[];
}

/** Directory of the records of pieces, below `.rma`. */
export const PIECES_FOLDER = 'pieces';

/** Returns the path of the record of a content, below `.rma`. */
export function pieceRecordName(sha256: string): string {
  return `${PIECES_FOLDER}/sha256-${sha256}.json`;
}

/** Returns the number of complete pieces in a file that has several of them; 0 if the hash of the file is enough. */
export function pieceCount(bytes: number, pieceBytes: number): number {
  return bytes > pieceBytes ? Math.floor(bytes / pieceBytes) : 0;
}

/**
 * Returns the first piece of a wrong file that is not as recorded. Nothing can be said of what follows it, because each hash
 * covers all bytes before.
 */
export function firstWrongPiece(bytes: number, recorded: PieceHashes, found: PieceHashes['hashes']): Range {
  const { pieceBytes, hashes } = recorded;
  const at = hashes.findIndex((hash, number) => found[number] !== hash);
  const last = Math.ceil(bytes / pieceBytes) - 1;
  const start = (at === -1 ? last : at) * pieceBytes;
  return [start, Math.min(bytes, start + pieceBytes)];
}
