import { BLOCK_BYTES, BlockPool } from '../../../src/adapters/http/block-pool.ts';

/** Returns content as it arrives from the network: in blocks of memory that threads share. `give` ends their use. */
export function sharedBlocks(content: Uint8Array): {
  readonly blocks: readonly Uint8Array[];
  readonly give: () => void;
} {
  const pool = BlockPool.shared();
  const taken = Array.from({ length: Math.ceil(content.length / BLOCK_BYTES) }, () => pool.take());
  const blocks = taken.map((block, n) => {
    const part = content.subarray(n * BLOCK_BYTES, (n + 1) * BLOCK_BYTES);
    block.set(part);
    return block.subarray(0, part.length);
  });
  const give = () => {
    for (const block of taken) pool.give(block);
  };
  return { blocks, give };
}
