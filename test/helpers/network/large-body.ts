import type { HttpClient, HttpStream } from '../../../src/ports/http-client.ts';

const MIB = 1024 * 1024;

/** Bytes that differ from their neighbours, so that a wrong order shows. */
function pattern(bytes: number): Buffer {
  return Buffer.from(
    Uint32Array.from({ length: Math.ceil(bytes / 4) }, (_, n) => n * 2654435761).buffer,
    0,
    bytes,
  );
}

/** A body of several blocks, and a part of one. */
export const CONTENT = pattern(3 * MIB + 5);

/** Returns the head of a response with a body of so many bytes. */
export const headOf = (bytes: number, more = '') =>
  `HTTP/1.1 200 OK\r\ncontent-length: ${bytes}\r\n${more}\r\n`;

/** Requests a large body. */
export const open = (http: HttpClient, url: string, signal?: AbortSignal) =>
  http.open({ method: 'GET', url, inBlocks: true, ...(signal === undefined ? {} : { signal }) });

/** Returns all bytes of a body. */
export async function bytesOf({ body }: HttpStream): Promise<Buffer> {
  const blocks: Buffer[] = [];
  for await (const block of body) blocks.push(Buffer.from(block));
  return Buffer.concat(blocks);
}
