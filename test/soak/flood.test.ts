import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/adapters/clock/system-clock.ts';
import { HEARTBEAT_SECONDS, type Registration } from '../../src/core/domain/registration.ts';
import { readerToken, workerToken } from '../../src/core/registration-token.ts';
import { createCoordinatorClient } from '../../src/worker/coordinator-client.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { bundleEntry } from '../helpers/process/bundle-entry.ts';
import { bundleProgram, startProgram } from '../helpers/process/program.ts';

const KEY = 'a key of the coordinator';
const WORKER: Registration = {
  schema: 'rma.worker/v1',
  id: 'w',
  host: 'box',
  project: 'demo',
  profile: 'cpu-worker',
  state: 'ready',
  models: [],
  startedAt: '2026-01-02T03:04:05Z',
};
const MIB = 1024 * 1024;
/** Heartbeats of the test: one minute. */
const BEATS = 12;

const attacker = fileURLToPath(new URL('./programs/attacker.ts', import.meta.url));

async function startCoordinator(folder: string) {
  writeFileSync(join(folder, 'key'), KEY);
  const env = { RMA_COORDINATOR_KEY_FILE: join(folder, 'key'), RMA_COORDINATOR_LISTEN_PORT: '0' };
  const bundle = await bundleEntry('coordinator', folder);
  const child = spawn(process.execPath, [bundle], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line));
  const port = Number(/port (\d+)/.exec(String((await once(reader, 'line'))[0]))?.[1]);
  return { child, lines, port };
}

/** Largest resident memory so far, bytes (proc(5), VmHWM). */
function peakMemory(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

it('[case A01] keeps workers registered in constant memory while 400 connections send bodies, headers and requests for a minute', async () => {
  const folder = tempFolder();
  const { child, lines, port } = await startCoordinator(folder);
  writeFileSync(join(folder, 'token'), workerToken(KEY, WORKER.host, WORKER.id));
  const target = { url: `http://127.0.0.1:${port}`, tokenFile: join(folder, 'token'), caFile: null };
  const client = createCoordinatorClient(target, systemClock, 3_000);
  const attack = startProgram(await bundleProgram(attacker), [String(port)]);
  await attack.printed('all open');
  // registers while the attack runs
  const { signal } = new AbortController();
  expect(await client.register(WORKER, signal)).toMatchObject({ kind: 'accepted' });
  const peaks: number[] = [];
  for (let beat = 0; beat < BEATS; beat += 1) {
    await systemClock.sleep(HEARTBEAT_SECONDS * 1000);
    expect(await client.heartbeat(WORKER, signal)).toMatchObject({ kind: 'accepted' });
    peaks.push(peakMemory(child.pid ?? 0));
  }
  const headers = { authorization: `Bearer ${readerToken(KEY)}` };
  const listed = await fetch(`${target.url}/v1/workers`, { headers });
  expect(await listed.json()).toMatchObject({ workers: [{ id: 'w' }] });
  expect(lines.filter((line) => line.includes('worker w'))).toHaveLength(1);
  // the container has 256 MiB
  expect(Math.max(...peaks)).toBeLessThan(160 * MIB);
}, 90_000);
