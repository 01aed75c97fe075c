/** Size of a block: small enough for the CPU cache, whole pages of memory, and two of them are less than 512 KiB. */
export const BLOCK_BYTES = 252 * 1024;

/** Blocks in the memory that threads share; unused ones take up no RAM. */
const SHARED_BLOCKS = 128;

/** Unit of the size of a WebAssembly memory, bytes. */
const UNIT_BYTES = 64 * 1024;

/** Blocks that all responses together should use. */
const TOGETHER = 48;

/** Most and fewest blocks of a response: with three it receives while it writes. */
const MOST = 8;
const FEWEST = 3;

/** What is used of the WebAssembly of Node.js, whose types TypeScript has for browsers only. */
interface MemoryMaker {
  readonly Memory: new (
    pages: Readonly<Record<'initial' | 'maximum', number>> & { readonly shared: true },
  ) => { readonly buffer: SharedArrayBuffer };
}

/**
 * Blocks for the bodies of all connections, used again and again. They begin at memory pages, as direct writes to a disk
 * require, and other threads can read them; those beyond the first 32 MiB have neither property.
 */
export class BlockPool {
  static #shared: BlockPool | null = null;
  readonly #free: Buffer[] = sharedBlocks();
  /** number of responses that arrive */
  #responses = 0;

  private constructor() {}

  /** Returns the pool of this process. */
  static shared(): BlockPool {
    BlockPool.#shared ??= new BlockPool();
    return BlockPool.#shared;
  }

  /** most blocks of a response at a time: the more responses arrive, the fewer */
  get share(): number {
    return Math.max(FEWEST, Math.min(MOST, Math.floor(TOGETHER / this.#responses)));
  }

  /** Counts a response that arrives. Returns a function that ends this; it may be called again. */
  join(): () => void {
    this.#responses += 1;
    let isIn = true;
    return () => {
      if (isIn) this.#responses -= 1;
      isIn = false;
    };
  }

  /** Returns a block that nothing else uses. */
  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES);
  }

  /** Ends the use of a block. The block that was used last is used next. */
  give(block: Buffer): void {
    if (block.buffer instanceof SharedArrayBuffer) this.#free.push(block);
  }
}

/** The memory of WebAssembly begins at a page, which that of an array buffer does not. None if it cannot be reserved. */
function sharedBlocks(): Buffer[] {
  const pages = (SHARED_BLOCKS * BLOCK_BYTES) / UNIT_BYTES;
  try {
    const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: MemoryMaker };
    const { buffer } = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    return Array.from({ length: SHARED_BLOCKS }, (_, n) =>
      Buffer.from(buffer, n * BLOCK_BYTES, BLOCK_BYTES),
    ).reverse();
  } catch {
    return [];
  }
}
