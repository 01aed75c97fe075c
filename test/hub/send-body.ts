import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { FileBody } from './answer.ts';
import type { ByteRange } from './ranges.ts';
import type { OpenRequest } from './request-log.ts';

const PIECE = 64 * 1024;

/** Sends a range of a file and ends the response, also if the client disconnects. */
export async function sendBody(response: ServerResponse, body: FileBody, entry: OpenRequest): Promise<void> {
  const { range, stop } = body;
  const gone = new Promise<void>((resolve) => response.once('close', resolve));
  const write = (part: ByteRange): Promise<void> => writePart({ response, body, entry, gone }, part);
  if (stop === undefined) {
    await write(range);
  } else {
    await write({ start: range.start, end: stop.offset });
    stop.by.hit();
    if (stop.by.fault.kind === 'cut') {
      // Closes the connection, so that the client gets fewer bytes than announced.
      response.socket?.destroySoon();
      return;
    }
    await Promise.race([stop.by.off, gone]);
    await write({ start: stop.offset, end: range.end });
  }
  response.end();
}

interface Sending {
  readonly response: ServerResponse;
  readonly body: FileBody;
  readonly entry: OpenRequest;
  /** resolves when the client closes the connection */
  readonly gone: Promise<void>;
}

async function writePart({ response, body, entry, gone }: Sending, part: ByteRange): Promise<void> {
  const { content, slow } = body;
  let bytesPerSecond = slow?.fault.bytesPerSecond;
  void slow?.off.then(() => {
    bytesPerSecond = undefined;
  });
  const begun = performance.now();
  for (let at = part.start; at < part.end && !response.destroyed; ) {
    const size = bytesPerSecond === undefined ? PIECE : Math.ceil(Math.min(PIECE, bytesPerSecond / 20));
    const piece = content.read(at, Math.min(part.end, at + size));
    at += piece.length;
    entry.bytesSent += piece.length;
    if (!response.write(piece)) await drained(response);
    if (bytesPerSecond === undefined) continue;
    const due = begun + ((at - part.start) / bytesPerSecond) * 1000;
    await Promise.race([pause(Math.max(0, due - performance.now())), gone, slow?.off]);
  }
}

/** Resolves when more can be written, or when the client has disconnected. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}
