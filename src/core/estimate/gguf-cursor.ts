/** The prefix ends before the value. */
export class MoreBytes extends Error {
  /** minimum length of the prefix that is needed */
  readonly bytes: number;
  readonly inVocabulary: boolean;

  constructor(bytes: number, inVocabulary: boolean) {
    super(`needs ${bytes} bytes`);
    this.bytes = bytes;
    this.inVocabulary = inVocabulary;
  }
}

/** The header is invalid. */
export class HeaderBroken extends Error {}

/** A kept metadata value: nothing of a list of texts, nor of one with more numbers than a model has layers. */
export type GgufValue = number | string | readonly number[];

const MAX_KEY = 65_535;
/** Longest text that is kept, bytes. */
const MAX_TEXT = 1024;
/** Longest list of numbers that is read: one number per layer. */
const MAX_LIST = 4096;
const STRING = 8;
const ARRAY = 9;
/** Sizes of the fixed types by their code: u8 i8 u16 i16 u32 i32 f32 bool, then u64 i64 f64. */
const SIZES: ReadonlyMap<number, number> = new Map([
  [0, 1],
  [1, 1],
  [2, 2],
  [3, 2],
  [4, 4],
  [5, 4],
  [6, 4],
  [7, 1],
  [10, 8],
  [11, 8],
  [12, 8],
]);

/** Reads values in sequence from the start of a GGUF file. Throws MoreBytes and HeaderBroken. */
export class GgufCursor {
  readonly #view: DataView;
  readonly #fileBytes: number;
  #at = 0;
  #key = '';
  #texts: number | null = null;

  constructor(prefix: Uint8Array, fileBytes: number) {
    this.#view = new DataView(prefix.buffer, prefix.byteOffset, prefix.byteLength);
    this.#fileBytes = fileBytes;
  }

  /** Offset of the next value. */
  get position(): number {
    return this.#at;
  }

  u32(): number {
    return this.#view.getUint32(this.#skip(4), true);
  }

  u64(): number {
    const value = this.#view.getBigUint64(this.#skip(8), true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new HeaderBroken(`invalid count ${value}`);
    return Number(value);
  }

  ascii(length: number): string {
    const at = this.#skip(length);
    return String.fromCharCode(...new Uint8Array(this.#view.buffer, this.#view.byteOffset + at, length));
  }

  key(): string {
    this.#key = '';
    const length = this.u64();
    if (length > MAX_KEY) throw new HeaderBroken(`a key has ${length} bytes`);
    const at = this.#skip(length);
    const bytes = new Uint8Array(this.#view.buffer, this.#view.byteOffset + at, length);
    this.#key = new TextDecoder().decode(bytes);
    return this.#key;
  }

  /** Returns the value of the last key; null if it is not kept. */
  value(): GgufValue | null {
    return this.#value(this.u32());
  }

  #value(type: number): GgufValue | null {
    if (type === STRING) return this.#text();
    if (type === ARRAY) return this.#list();
    return this.#number(type);
  }

  #text(): string | null {
    const length = this.u64();
    const at = this.#skip(length);
    if (length > MAX_TEXT) return null;
    return new TextDecoder().decode(new Uint8Array(this.#view.buffer, this.#view.byteOffset + at, length));
  }

  /** Length of the vocabulary, as soon as its start was read; null: not yet. */
  get vocabulary(): number | null {
    return this.#texts;
  }

  #list(): readonly number[] | null {
    const type = this.u32();
    const count = this.u64();
    const size = SIZES.get(type);
    if (type === STRING) {
      if (this.#key === 'tokenizer.ggml.tokens') this.#texts = count;
      for (let index = 0; index < count; index += 1) this.#skip(this.u64());
      return null;
    }
    if (size === undefined) throw new HeaderBroken(`unknown list type ${type}`);
    if (count > MAX_LIST || count === 0) {
      this.#skip(count * size);
      return null;
    }
    return Array.from({ length: count }, () => this.#number(type));
  }

  #number(type: number): number {
    const size = SIZES.get(type);
    if (size === undefined) throw new HeaderBroken(`unknown value type ${type}`);
    return numberAt(this.#view, this.#skip(size), type);
  }

  /** Skips bytes and returns their offset. */
  #skip(bytes: number): number {
    const start = this.#at;
    const end = start + bytes;
    if (end > this.#fileBytes) throw new HeaderBroken('the file ends inside its header');
    if (end > this.#view.byteLength) throw new MoreBytes(end, this.#key.startsWith('tokenizer.'));
    this.#at = end;
    return start;
  }
}

function numberAt(view: DataView, at: number, type: number): number {
  if (type === 0 || type === 7) return view.getUint8(at);
  if (type === 1) return view.getInt8(at);
  if (type === 2) return view.getUint16(at, true);
  if (type === 3) return view.getInt16(at, true);
  if (type === 4) return view.getUint32(at, true);
  if (type === 5) return view.getInt32(at, true);
  if (type === 6) return view.getFloat32(at, true);
  if (type === 10) return Number(view.getBigUint64(at, true));
  if (type === 11) return Number(view.getBigInt64(at, true));
  return view.getFloat64(at, true);
}
