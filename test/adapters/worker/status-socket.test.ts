import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import { unstarted } from '../../../src/core/worker/model-progress.ts';
import { followStatus, queryStatus } from '../../../src/worker/status/query-status.ts';
import { createStatusBoard, type StatusBoard } from '../../../src/worker/status/status-board.ts';
import { serveStatus } from '../../../src/worker/status/status-server.ts';
import { FakeClock } from '../../helpers/clock/fake-clock.ts';
import { MODEL_REF } from '../../helpers/worker/worker-config.ts';

async function startStatus() {
  const dir = mkdtempSync(join(tmpdir(), 'rma-status-'));
  const path = join(dir, 'worker.sock');
  const clock = new FakeClock();
  const models = [unstarted(MODEL_REF, 100)];
  const board = createStatusBoard({ worker: 'w', profile: 'p', models, engines: [] }, clock);
  const server = await serveStatus(path, board, clock);
  return {
    path,
    clock,
    board,
    server,
    async [Symbol.asyncDispose]() {
      await server.close();
      rmSync(dir, { recursive: true });
    },
  };
}

const AFTER_DOWNLOAD = ['bytes-complete', 'models-present', 'engines-answer'] as const;

async function download(board: StatusBoard, clock: FakeClock): Promise<void> {
  board.input('models-missing');
  for (let doneBytes = 1; doneBytes <= 60; doneBytes += 1) {
    board.model({ ...unstarted(MODEL_REF, 100), state: 'downloading', doneBytes });
  }
  await clock.pass(200);
}

describe('the status socket', () => {
  it('returns the state of the running worker', async () => {
    await using worker = await startStatus();
    worker.board.input('models-missing');
    expect(await queryStatus(worker.path, systemClock)).toMatchObject({
      schema: 'rma.worker-status/v1',
      worker: 'w',
      state: 'downloading',
      since: '2026-01-02T03:04:05.000Z',
    });
  });

  it('streams every state in order, throttles progress and ends with the worker', async () => {
    await using worker = await startStatus();
    const { board, clock, server, path } = worker;
    const seen: string[] = [];
    for await (const status of followStatus(path, clock, new AbortController().signal)) {
      seen.push(`${status.state} ${status.models[0]!.doneBytes}`);
      if (seen.length === 1) await download(board, clock);
      if (seen.length !== 3) continue;
      for (const input of AFTER_DOWNLOAD) board.input(input);
      await server.close();
    }
    expect(seen).toEqual([
      'checking 0',
      'downloading 0',
      'downloading 60',
      'verifying 60',
      'waiting-for-engines 60',
      'registering 60',
    ]);
    expect(clock.sleepers).toBe(0);
  });

  it('rejects a second worker, and replaces the socket of a dead one', async () => {
    await using worker = await startStatus();
    const { path, board, clock, server } = worker;
    await expect(serveStatus(path, board, clock)).rejects.toMatchObject({
      code: 'RMA_WORKER_RUNNING',
      exitCode: 3,
    });
    await server.close();
    const heir = await serveStatus(path, board, clock);
    expect((await queryStatus(path, systemClock)).worker).toBe('w');
    await heir.close();
  });

  it('closes the connection on an unknown request', async () => {
    await using worker = await startStatus();
    const socket = connect(worker.path);
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\n\r\n');
    await closed;
    expect(socket.bytesRead).toBe(0);
  });

  it('reports that no worker is running', async () => {
    const path = join(tmpdir(), 'rma-nobody-is-here.sock');
    expect(existsSync(path)).toBe(false);
    await expect(queryStatus(path, systemClock)).rejects.toMatchObject({
      code: 'RMA_WORKER_NOT_RUNNING',
      exitCode: 3,
    });
  });

  it('lets a client wait for a worker that is starting', async () => {
    const clock = new FakeClock();
    await using worker = await startStatus();
    const later = `${worker.path}.later`;
    const first = followStatus(later, clock, new AbortController().signal).next();
    await clock.sleeping(100);
    const server = await serveStatus(later, worker.board, clock);
    clock.advance(100);
    expect((await first).value).toMatchObject({ worker: 'w' });
    await server.close();
  });
});
