import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngineProbe } from '../../../src/adapters/engine/engine-probe.ts';
import type { FetchResult } from '../../../src/app/fetch/fetch-result.ts';
import type { PinnedModel } from '../../../src/core/domain/pinned-model.ts';
import type { WorkerConfig } from '../../../src/core/domain/worker-config.ts';
import type { ModelProgress, WorkerStatus } from '../../../src/core/domain/worker-status.ts';
import { workerToken } from '../../../src/core/registration-token.ts';
import { unstarted } from '../../../src/core/worker/model-progress.ts';
import type { ModelCheck } from '../../../src/ports/model-store.ts';
import { createCoordinatorClient } from '../../../src/worker/coordinator-client.ts';
import { openGroup } from '../../../src/worker/group/open-group.ts';
import { createRegistrar } from '../../../src/worker/life/registrar.ts';
import { runWorkerLife } from '../../../src/worker/life/worker-life.ts';
import { createLog } from '../../../src/worker/log/log.ts';
import type { FetchOptions, ModelFetcher } from '../../../src/worker/model-fetcher.ts';
import { createStatusBoard, type StatusBoard } from '../../../src/worker/status/status-board.ts';
import { logStatus } from '../../../src/worker/status/status-log.ts';
import type { FakeClock } from '../clock/fake-clock.ts';
import { COORDINATOR_KEY } from './coordinator.ts';
import { MODEL_REF } from './worker-config.ts';

/** A store with one model in memory; each fetch has the next of the given outcomes. */
export class StubFetcher implements ModelFetcher {
  present: boolean;
  async remember(): Promise<void> {}

  checks = 0;
  fetches = 0;
  ends: ((options: FetchOptions) => Promise<FetchResult>)[] = [];

  constructor(present: boolean) {
    this.present = present;
  }

  async check(): Promise<readonly ModelCheck[]> {
    this.checks += 1;
    const state = this.present ? 'present' : 'missing';
    const missingBytes = this.present ? 0 : 100;
    return [{ ref: MODEL_REF, state, missing: [], totalBytes: 100, missingBytes }];
  }

  async fetch(_models: unknown, options: FetchOptions): Promise<readonly FetchResult[]> {
    this.fetches += 1;
    const end = this.ends.shift();
    if (end !== undefined) return [await end(options)];
    for (const state of ['downloading', 'verifying', 'present'] as const) options.onProgress(modelIs(state));
    this.present = true;
    return [{ ref: MODEL_REF, state: 'present', fetchedBytes: 100 }];
  }
}

export function modelIs(state: ModelProgress['state']): ModelProgress {
  const doneBytes = state === 'downloading' ? 50 : 100;
  return { ...unstarted(MODEL_REF, 100), state, doneBytes, fetchedBytes: doneBytes };
}

export interface RunningWorker extends AsyncDisposable {
  readonly board: StatusBoard;
  readonly states: readonly string[];
  readonly lines: readonly string[];
  /** the recorded needs */
  readonly recorded: readonly unknown[];
  /** the recorded uses: references and time, ms */
  readonly used: readonly { readonly refs: readonly string[]; readonly at: number }[];
  readonly ended: Promise<void>;
  stop(): void;
  until(condition: (status: WorkerStatus) => boolean): Promise<void>;
}

interface WorkerParts {
  readonly config: WorkerConfig;
  readonly fetcher: ModelFetcher;
  readonly clock: FakeClock;
  /** shared with the engine container of a group */
  readonly groupDirectory?: string;
  /** prepares the store (default: succeeds) */
  readonly prepare?: () => Promise<void>;
}

/** Runs a worker with a fake clock and real HTTP to engines and coordinator. */
export function startWorker(config: WorkerConfig, fetcher: ModelFetcher, clock: FakeClock): RunningWorker {
  const token = workerToken(COORDINATOR_KEY, config.host, config.worker);
  return startWorkerWithToken(token, { config, fetcher, clock });
}

/** Like `startWorker`, with another coordinator token. */
export function startWorkerWithToken(token: string, parts: WorkerParts): RunningWorker {
  const { config, fetcher, clock, prepare = async () => undefined } = parts;
  const dir = mkdtempSync(join(tmpdir(), 'rma-worker-'));
  const tokenFile = join(dir, 'token');
  writeFileSync(tokenFile, `${token}\n`);
  const start = {
    worker: config.worker,
    profile: config.profile,
    models: config.models.map((model) => unstarted(model.ref, 100)),
    engines: [],
  };
  const board = createStatusBoard(start, clock);
  const lines: string[] = [];
  const states: string[] = [board.status.state];
  const recorded: unknown[] = [];
  board.listen((now, before) => {
    if (now.state !== before.state) states.push(now.state);
  });
  const log = createLog({
    clock,
    threshold: 'DEBUG',
    scope: () => board.status.state,
    sinks: [(line) => lines.push(line)],
  });
  logStatus(board, log, clock);
  const store = {
    prepare,
    recordNeeds: async (needs: unknown) => {
      recorded.push(needs);
    },
  };
  const used: { refs: readonly string[]; at: number }[] = [];
  const uses = {
    record: async (models: readonly PinnedModel[]) => {
      used.push({ refs: models.map(({ ref }) => ref), at: clock.now() });
    },
  };
  const client =
    config.coordinator === null
      ? null
      : createCoordinatorClient({ url: config.coordinator.url, tokenFile, caFile: null }, clock, 3_000);
  const probe = createEngineProbe(clock, 3_000);
  const registrar = createRegistrar(client);
  const group = openGroup({
    env: { RMA_GROUP_DIR: parts.groupDirectory },
    ...{ config, client, clock, random: () => 0, deadlineMs: 3_000, log },
  });
  const stop = new AbortController();
  const ended = runWorkerLife(
    { config, board, store, uses, fetcher, probe, group, registrar, clock, random: () => 0, log },
    stop.signal,
  );
  return {
    board,
    states,
    lines,
    recorded,
    used,
    ended,
    stop: () => stop.abort(new Error('stopped')),
    until: (condition) => until(board, condition),
    async [Symbol.asyncDispose]() {
      stop.abort(new Error('stopped'));
      await ended;
      rmSync(dir, { recursive: true });
    },
  };
}

function until(board: StatusBoard, condition: (status: WorkerStatus) => boolean): Promise<void> {
  return new Promise((resolve) => {
    if (condition(board.status)) return resolve();
    const unlisten = board.listen((status) => {
      if (!condition(status)) return;
      unlisten();
      resolve();
    });
  });
}
