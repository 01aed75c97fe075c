import { crc32 } from 'node:zlib';
import type { FoundPieces, PieceHashes } from '../../../core/store/pieces.ts';

/**
 * Follows the pieces of content while it is hashed. Computes their checksums if the record of the content lacks them, and of
 * the pieces that follow a wrong one: their hashes cover it, so only the checksums can be compared.
 */
export class PieceReader {
  readonly #recorded: PieceHashes | null;
  readonly #hashes: string[] = [];
  readonly #checksums = new Map<number, number>();
  #isCounting: boolean;
  #checksum = 0;

  constructor(recorded: PieceHashes | null) {
    this.#recorded = recorded;
    this.#isCounting = recorded?.checksums === undefined;
  }

  /** Takes the next bytes of a piece. */
  part(bytes: Uint8Array): void {
    if (this.#isCounting) this.#checksum = crc32(bytes, this.#checksum);
  }

  /** Ends a complete piece. `hash`: of everything up to its end. */
  piece(hash: string): void {
    const number = this.#hashes.push(hash) - 1;
    this.#end(number);
    if (this.#recorded !== null && this.#recorded.hashes[number] !== hash) this.#isCounting = true;
  }

  /** Returns what was found, after the last bytes of the content. */
  found(): FoundPieces {
    this.#end(this.#hashes.length);
    return { hashes: this.#hashes, checksums: this.#checksums };
  }

  #end(number: number): void {
    if (this.#isCounting) this.#checksums.set(number, this.#checksum);
    this.#checksum = 0;
  }
}
