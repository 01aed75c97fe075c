import type { HttpClient, HttpStream } from '../../../src/ports/http-client.ts';
import type { JumpingClock } from '../clock/jumping-clock.ts';
import { testHttp } from './test-http.ts';

/** A line on which the time passes by the bytes that arrive, so that its rate does not depend on this machine. */
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
  const counted = (stream: HttpStream): HttpStream => {
    open += 1;
    most = Math.max(most, open);
    let isOpen = true;
    const close = () => {
      if (isOpen) open -= 1;
      isOpen = false;
      stream.close();
    };
    return { ...stream, close, again: async (changes) => counted(await stream.again(changes)) };
  };
  return {
    http: {
      ...client,
      read: (request) => client.read(request),
      open: async (request) => counted(await client.open(request)),
    },
    most: () => most,
    received: (bytes) => clock.advance((bytes / rate(open)) * 1000),
  };
}
