import { createServer } from 'node:http';
import { expect, onTestFinished, test, vi } from 'vitest';
import { StallGuard } from '../../../src/adapters/http/stall-guard.ts';
import { listening } from '../../helpers/network/listening.ts';
import { testHttp } from '../../helpers/store/test-http.ts';

/** Simulates a body of chunks in regular intervals; returns whether it stalled. */
function simulate(ms: number, bytes: number): boolean {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const guard = new StallGuard(30_000, undefined);
  for (let waited = 0; waited < 600_000 && !guard.stalled; waited += ms) {
    guard.arm();
    vi.advanceTimersByTime(ms);
    guard.disarm(bytes);
  }
  guard.end();
  return guard.stalled;
}

test.each([
  [1000, 16],
  [3000, 5],
  [5000, 1000],
  [29_000, 6000],
  [31_000, 1_000_000],
])('[case F25] [fail S5] every %i ms %i bytes: the body is aborted', (ms, bytes) => {
  expect(simulate(ms, bytes)).toBe(true);
});

test.each([
  [1000, 30_000],
  [100, 400],
  [1000, 300],
  [29_000, 64_000],
])('[case F25] [fail S5] every %i ms %i bytes: the body is read', (ms, bytes) => {
  expect(simulate(ms, bytes)).toBe(false);
});

test.each(['listing', 'body'])('[case F25] a %s that drips ends with an error', async (kind) => {
  const server = createServer((_, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write('['), 10);
    response.once('close', () => clearInterval(timer));
  });
  const url = `http://127.0.0.1:${await listening(server)}/`;
  const http = testHttp(200);
  const read = async () => {
    if (kind === 'listing') await http.read({ method: 'GET', url });
    for await (const _ of (await http.open({ method: 'GET', url })).body);
  };
  await expect(read()).rejects.toMatchObject({
    code: 'RMA_HUB_UNREACHABLE',
    message: expect.stringMatching(/received only \d+ bytes in/),
  });
});
