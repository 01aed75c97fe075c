const PART = /^(.*)-(\d{5})-of-(\d{5})(\.[A-Za-z0-9]+)$/;

/** As `split`, `cat` and upload scripts name the pieces of a file that was cut at some byte. */
const PIECE = /\.gguf[-_.](?:(?:split|part)[-_.]?[a-z0-9]{1,3}(?:of\d{1,3})?|\d{3}|[a-z]{2})$/i;

/** Returns whether a path names a piece of a GGUF file that was cut: no engine loads it before the pieces are joined. */
export function isGgufPiece(path: string): boolean {
  return PIECE.test(path);
}

/** A file that is one part of a split model: `big-00001-of-00003.gguf`. */
export interface SplitPart {
  /** the path of the model without the numbers of the part: `big.gguf` */
  readonly whole: string;
  /** counts from 1 */
  readonly part: number;
  readonly parts: number;
  /** the paths of all parts, in order */
  readonly all: readonly string[];
}

/** Longest split that is read, parts. */
const MAX_PARTS = 10_000;

/**
 * Returns which part of a split model a path names; null for a file on its own. The names are those of
 * `llama-gguf-split` and of sharded weights of transformers: NAME-00001-of-00003.EXT.
 */
export function splitPart(path: string): SplitPart | null {
  const [, stem = '', number = '', count = '', suffix = ''] = PART.exec(path) ?? [];
  const part = Number(number);
  const parts = Number(count);
  if (stem === '' || part < 1 || part > parts || parts > MAX_PARTS) return null;
  const all = Array.from(
    { length: parts },
    (_, at) => `${stem}-${String(at + 1).padStart(5, '0')}-of-${count}${suffix}`,
  );
  return { whole: `${stem}${suffix}`, part, parts, all };
}
