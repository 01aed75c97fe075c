import { type Range, rangeSet } from './range-set.ts';

/** Bytes of a piece: what is downloaded again if some of them are wrong. */
export const PIECE_BYTES = 64 * 1024 * 1024;

/** Hashes of a file by piece. */
export interface PieceHashes {
  readonly pieceBytes: number;
  /** sha256 of everything up to the end of each complete piece */
  readonly hashes: readonly string[];
  /** CRC-32 of each piece, also of an incomplete last one; absent until a verification has read the content */
  readonly checksums?: readonly number[] | undefined;
}

/** What was found of the pieces of a file. */
export interface FoundPieces {
  readonly hashes: PieceHashes['hashes'];
  /** number of a piece → its CRC-32, of the pieces for which it was computed */
  readonly checksums: ReadonlyMap<number, number>;
}

/** Where a file is wrong. */
export interface WrongPieces {
  /** the first piece that is not as recorded, [start, end) */
  readonly first: Range;
  /** all of them, those side by side as one range; null: what follows the first one cannot be compared */
  readonly all: readonly Range[] | null;
}

/** Returns the number of pieces of a file, also an incomplete one. */
export function piecesIn(bytes: number, pieceBytes: number): number {
  return Math.ceil(bytes / pieceBytes);
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
 * Returns the pieces of a wrong file that are not as recorded. A hash covers all bytes before its end, so what follows the first
 * wrong piece is compared by checksums.
 */
export function wrongPieces(bytes: number, recorded: PieceHashes, found: FoundPieces): WrongPieces {
  const { pieceBytes, hashes, checksums } = recorded;
  const last = piecesIn(bytes, pieceBytes) - 1;
  const rangeOf = (piece: number): Range => [piece * pieceBytes, Math.min(bytes, (piece + 1) * pieceBytes)];
  const at = hashes.findIndex((hash, number) => found.hashes[number] !== hash);
  const first = at === -1 ? last : at;
  const rest = Array.from({ length: last - first }, (_, number) => first + 1 + number);
  if (checksums === undefined && rest.length > 0) return { first: rangeOf(first), all: null };
  const wrong = rest.filter((piece) => checksums?.[piece] !== found.checksums.get(piece));
  return { first: rangeOf(first), all: rangeSet([first, ...wrong].map(rangeOf)) };
}

/** Returns the chunks, which begin at an offset, cut at the ends of pieces, and those of each piece together. */
export function inPieces(chunks: readonly Uint8Array[], offset: number, pieceBytes: number): Uint8Array[][] {
  const pieces: Uint8Array[][] = [[]];
  let at = offset;
  for (const chunk of chunks) {
    for (let rest = chunk; rest.length > 0; ) {
      const part = rest.subarray(0, pieceBytes - (at % pieceBytes));
      pieces.at(-1)?.push(part);
      at += part.length;
      rest = rest.subarray(part.length);
      if (at % pieceBytes === 0) pieces.push([]);
    }
  }
  return pieces.filter((parts) => parts.length > 0);
}
