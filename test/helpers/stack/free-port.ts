import { randomInt } from 'node:crypto';
import { systemPorts } from '../../../src/adapters/system/port-probe.ts';

// Below the ephemeral port range. The first one is random, because other runs on this machine take ports there too.
const FIRST = 20_000;
const END = 32_000;
let next = randomInt(FIRST, END);

/** Returns a free port on loopback, each time another one. */
export async function freePort(): Promise<number> {
  const port = next;
  next = port + 1 < END ? port + 1 : FIRST;
  return (await systemPorts.isTaken('127.0.0.1', port)) ? freePort() : port;
}
