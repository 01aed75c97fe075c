import { expect, test } from 'vitest';
import { sendContent } from '../../helpers/store/model-server.ts';
import { MIB, parallelRig, sendCut } from '../../helpers/store/transfer-fixture.ts';

const HOUR = 3_600_000;
const night = { from: 22 * 60, to: 6 * 60 };

/** A local time, ms since the Unix epoch. */
const at = (hours: number, minutes = 0) => new Date(2026, 0, 15, hours, minutes).getTime();

test('a maximum rate stretches a download to its size divided by the rate', async () => {
  const rig = await parallelRig(null, { size: 8 * MIB, limits: { maxRate: 2 * MIB, window: null } });
  const begun = rig.clock.monotonic();
  expect((await rig.fetch()).file.equals(rig.content)).toBe(true);
  expect(rig.clock.monotonic() - begun).toBeGreaterThan(3990);
  expect(rig.clock.monotonic() - begun).toBeLessThan(4010);
});

test('outside of the window a download waits until it opens, and reports for how long', async () => {
  const rig = await parallelRig(null, { limits: { maxRate: null, window: night }, now: at(12) });
  const waits: string[] = [];
  const onWait = (reason: string) => waits.push(reason);
  expect((await rig.fetch({ onWait })).file.equals(rig.content)).toBe(true);
  expect(rig.clock.now()).toBe(at(22));
  expect(waits[0]).toBe(
    'outside the download window 22:00-06:00, which opens in 10h 00m; --window always downloads now',
  );
  expect(waits.at(-1)).toContain('opens in 1m 00s;');
  expect(waits).toHaveLength(600);
});

test('within the window a download starts at once', async () => {
  const rig = await parallelRig(null, { limits: { maxRate: null, window: night }, now: at(23) });
  expect((await rig.fetch()).file.equals(rig.content)).toBe(true);
  expect(rig.clock.sleeps).toEqual([]);
});

test('a window that closes during a download pauses it; what was received is kept', async () => {
  const rig = await parallelRig(null, { limits: { maxRate: null, window: night }, now: at(5, 59) });
  let received = 0;
  const onBytes = (_: number, bytes: number) => {
    received += bytes;
    if (received >= MIB && rig.clock.now() < at(6)) rig.clock.advance(HOUR);
  };
  expect((await rig.fetch({ onBytes })).file.equals(rig.content)).toBe(true);
  expect(rig.clock.now()).toBe(at(22));
  expect(received).toBe(rig.content.length);
  const [, second] = rig.server.requests;
  expect(rig.server.requests).toHaveLength(2);
  expect(Number(/bytes=(\d+)-/.exec(second?.headers.range ?? '')?.[1])).toBeGreaterThanOrEqual(MIB);
});

test('a wait for the window ends when the download is aborted', async () => {
  const rig = await parallelRig(null, { limits: { maxRate: null, window: night }, now: at(12) });
  const controller = new AbortController();
  const onWait = () => controller.abort(new Error('SIGINT'));
  await expect(rig.fetch({ onWait, signal: controller.signal })).rejects.toThrow('SIGINT');
  expect(rig.server.requests).toEqual([]);
});

test('a retry waits for the window too', async () => {
  const rig = await parallelRig(
    (n, request, response) => {
      if (n > 1) return sendContent(request, response, rig.content);
      rig.clock.advance(HOUR);
      sendCut(request, response, { content: rig.content, bytes: MIB });
    },
    { limits: { maxRate: null, window: night }, now: at(5, 30) },
  );
  expect((await rig.fetch()).file.equals(rig.content)).toBe(true);
  expect(rig.clock.now()).toBeGreaterThanOrEqual(at(22));
});
