import { RmaError } from '../../core/errors.ts';
import type { SourceReply } from '../../core/source/source.ts';
import type { HttpClient, HttpRequest } from '../../ports/http-client.ts';

const NO_REPLY: SourceReply = { status: 0, headers: {}, hops: [], text: '' };

/**
 * Sends one request, without retries. Returns the reply; one with status 0 if there is none, or its body is longer than
 * `maxBytes`. Rejects when aborted.
 */
export async function readOnce(http: HttpClient, request: HttpRequest): Promise<SourceReply> {
  try {
    const { body, close, status, headers, hops } = await http.open(request);
    const chunks: Uint8Array[] = [];
    let size = 0;
    try {
      for await (const chunk of body) {
        size += chunk.length;
        if (size > (request.maxBytes ?? 0)) return NO_REPLY;
        chunks.push(chunk);
      }
    } finally {
      close();
    }
    return { status, headers, hops, text: Buffer.concat(chunks).toString('utf8') };
  } catch (error) {
    request.signal?.throwIfAborted();
    if (error instanceof RmaError) return NO_REPLY;
    throw error;
  }
}

/** Reads the first bytes of a body, at most `maxBytes` of them. @throws RmaError as `HttpClient.open` */
export async function readBytes(http: HttpClient, request: HttpRequest): Promise<SourceReply> {
  const { maxBytes = 0 } = request;
  const { body, close, status, headers, hops } = await http.open(request);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= maxBytes) break;
    }
  } finally {
    close();
  }
  return { status, headers, hops, text: '', bytes: Buffer.concat(chunks).subarray(0, maxBytes) };
}
