import { EventEmitter, once } from 'node:events';
import type { HttpClient, HttpStream } from '../../../src/ports/http-client.ts';
import type { JumpingClock } from '../clock/jumping-clock.ts';
import { testHttp } from './test-http.ts';

/**
 * A line on which the time passes by the bytes that arrive, so that its rate does not depend on this machine. While a
 * connection is being opened nothing arrives over the others.
 */
export interface VirtualLine {
  readonly http: HttpClient;
  /** largest number of open responses so far */
  most(): number;
  /** Lets the time pass in which so many bytes arrive. */
  received(bytes: number): void;
}

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
      events.emit('opened');
    });
  };
  const held = async function* (body: HttpStream['body']) {
    for await (const chunk of body) {
      while (opening > 0) await once(events, 'opened');
      yield chunk;
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
