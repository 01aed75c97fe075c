import { EXIT, RmaError } from '../../../core/errors.ts';
import type { Disk } from './disk.ts';

/** First bytes of a GGUF file: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md */
const MAGIC = 'GGUF';

/**
 * Checks that a file on disk has the format of its name in the store, whatever its origin.
 * @throws RmaError RMA_CONTENT_NOT_GGUF, exit 6
 */
export async function assertMagic(
  disk: Disk,
  path: string,
  { name, label }: { readonly name: string; readonly label: string },
): Promise<void> {
  if (!/\.gguf$/i.test(name)) return;
  const handle = await disk.open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(8), 0, 8, 0);
    const head = buffer.subarray(0, bytesRead);
    if (head.subarray(0, MAGIC.length).toString('latin1') !== MAGIC) throw notGguf(label, head);
  } finally {
    await handle.close();
  }
}

/** Returns the error for content that is not GGUF under a name that ends in `.gguf`. */
export function notGguf(label: string, head: Uint8Array): RmaError {
  const seen = JSON.stringify(Buffer.from(head.subarray(0, 8)).toString('latin1'));
  return new RmaError('RMA_CONTENT_NOT_GGUF', `${label} is not a GGUF file: it starts with ${seen}`, {
    exitCode: EXIT.badContent,
    hint: 'check the URL: it must point to the .gguf file itself',
  });
}
