import { EventEmitter, once } from 'node:events';
import type { HttpClient, HttpStream } from '../../../src/ports/http-client.ts';
import type { JumpingClock } from '../clock/jumping-clock.ts';
import { testHttp } from './test-http.ts';

/**
 * A line on which the time passes by the bytes that arrive, so that its rate does not depend on this machine. While a
 * connection is being opened nothing arrives over the others. Connections that share a limited line get equal parts of it.
 */
export interface VirtualLine {
  readonly http: HttpClient;
  /** largest number of open responses so far */
  most(): number;
  /** Lets the time pass in which so many bytes arrive. */
  received(bytes: number): void;
}

/** A connection may be ahead of another one by this much, bytes. */
const BURST = 256 * 1024;

/** Returns a line with this rate for so many open responses, bytes a second. */
export function virtualLine(clock: JumpingClock, rate: (responses: number) => number): VirtualLine {
  const client = testHttp();
  let open = 0;
  let most = 0;
  let opening = 0;
  const events = new EventEmitter().setMaxListeners(0);
  const whileOpening = async <T>(stream: Promise<T>): Promise<T> => {
    opening += 1;
    return stream.finally(() => {
      opening -= 1;
      events.emit('changed');
    });
  };
  // Real sockets deliver in bursts, and a real consumer reads one connection faster than another: on a shared line a connection
  // that is ahead waits for the others. Each has its bytes, from those of the others when it was opened.
  const isShared = rate(2) < 2 * rate(1);
  const connections = new Set<{ bytes: number }>();
  const fewest = (): number => Math.min(...[...connections].map(({ bytes }) => bytes));
  const held = async function* (body: HttpStream['body']) {
    const own = { bytes: connections.size === 0 ? 0 : fewest() };
    connections.add(own);
    try {
      for await (const chunk of body) {
        while (opening > 0 || (isShared && own.bytes > fewest() + BURST)) await once(events, 'changed');
        own.bytes += chunk.length;
        events.emit('changed');
        yield chunk;
      }
    } finally {
      connections.delete(own);
      events.emit('changed');
    }
  };
  const counted = (stream: HttpStream): HttpStream => {
    open += 1;
    most = Math.max(most, open);
    let isOpen = true;
    const close = () => {
      if (isOpen) open -= 1;
      isOpen = false;
      stream.close();
    };
    const again: HttpStream['again'] = async (changes) => counted(await whileOpening(stream.again(changes)));
    return { ...stream, body: held(stream.body), close, again };
  };
  return {
    http: {
      ...client,
      read: (request) => client.read(request),
      open: async (request) => counted(await whileOpening(client.open(request))),
    },
    most: () => most,
    received: (bytes) => clock.advance((bytes / rate(open)) * 1000),
  };
}
