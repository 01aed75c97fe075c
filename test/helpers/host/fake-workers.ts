import { type ContainerFacts, roleOf } from '../../../src/core/domain/container.ts';
import type { EngineStatus, WorkerState, WorkerStatus } from '../../../src/core/domain/worker-status.ts';
import { Broadcast } from './broadcast.ts';
import type { FakeEngine } from './fake-engine.ts';
import type { Recorder } from './recorder.ts';

/** Changes the status that a worker would report. */
export type WorkerScript = (status: WorkerStatus) => WorkerStatus;

/** The workers in the containers of the fake engine: they download at once and are ready once their engines serve. */
export class FakeWorkers {
  /** references that workers downloaded so far, one each time */
  readonly downloads: string[] = [];
  /** references in the store */
  readonly store = new Set<string>();
  /** worker service → overrides of what it reports */
  readonly scripts = new Map<string, WorkerScript>();
  readonly #engine: FakeEngine;
  readonly #recorder: Recorder;
  readonly #changed = new Broadcast<null>();

  constructor(engine: FakeEngine, recorder: Recorder) {
    this.#engine = engine;
    this.#recorder = recorder;
    void this.#fetchForStarted();
  }

  /** Changes what a worker reports from now on. */
  script(service: string, script: WorkerScript): void {
    this.scripts.set(service, script);
    this.#changed.send(null);
  }

  /** Returns what the worker in a container reports now. */
  status(container: ContainerFacts): WorkerStatus {
    const usual = this.#usual(container);
    return this.scripts.get(container.service)?.(usual) ?? usual;
  }

  /** Yields the status at once, and again when it changes, until the container stops or the signal is aborted. */
  async *follow(id: string, signal: AbortSignal): AsyncGenerator<WorkerStatus> {
    const wake = new Broadcast<null>();
    const wakes = wake.subscribe(signal);
    for (const changes of [this.#engine.changed, this.#changed])
      void forward(changes.subscribe(signal), wake);
    wake.send(null);
    let last = '';
    for await (const _ of wakes) {
      const container = this.#engine.all.find((each) => each.id === id);
      if (container?.state !== 'running') return;
      const status = this.status(container);
      const text = JSON.stringify(status);
      if (text === last) continue;
      last = text;
      this.#report(status);
      yield status;
    }
  }

  #report({ worker, state, models, registered }: WorkerStatus): void {
    const present = models.filter((model) => model.state === 'present');
    for (const { ref } of present) this.#recorder.report(`present ${ref}`);
    if (present.length === models.length) this.#recorder.report(`models ${worker}`);
    if (state === 'ready' && registered) this.#recorder.report(`ready ${worker}`);
  }

  #usual(container: ContainerFacts): WorkerStatus {
    const { service, project, profile, models, engines } = container;
    const missing = models.filter((ref) => !this.store.has(ref));
    const running = (engines ?? []).flatMap((name) => this.#running(project, name) ?? []);
    const served = new Set(running.flatMap((engine) => engine.models));
    // an engine that was replaced by one with other models responds, but not for this worker
    const answers = models.every((ref) => served.has(ref));
    const states = (engines ?? []).map((name): EngineStatus => {
      const runs = running.some((engine) => engine.service === name);
      return { service: name, state: runs && answers ? 'ready' : 'waiting' };
    });
    const registered = this.#engine.all.every(
      (each) => each.project !== project || roleOf(each) !== 'coordinator' || each.state === 'running',
    );
    const connected = container.lostNetwork === null;
    const ready = connected && missing.length === 0 && states.every(({ state }) => state === 'ready');
    return {
      schema: 'rma.worker-status/v1',
      worker: service,
      profile: profile ?? '',
      state: stateOf({ missing: missing.length > 0, ready, registered }),
      since: '2026-01-02T00:00:00Z',
      failure: null,
      models: models.map((ref) => ({
        ref,
        state: missing.includes(ref) ? 'downloading' : 'present',
        doneBytes: 0,
        totalBytes: 0,
        fetchedBytes: 0,
        bytesPerSecond: null,
        etaSeconds: null,
      })),
      engines: states,
      registered: ready && registered,
    };
  }

  #running(project: string, service: string): ContainerFacts | undefined {
    const container = this.#engine.find(project, service);
    return container?.state === 'running' && container.lostNetwork === null ? container : undefined;
  }

  /** Downloads the missing models of a started worker, a moment later. */
  async #fetchForStarted(): Promise<void> {
    for await (const container of this.#engine.changed.subscribe(new AbortController().signal)) {
      if (roleOf(container) !== 'worker' || container.state !== 'running') continue;
      await this.#recorder.pause();
      this.downloads.push(...container.models.filter((ref) => !this.store.has(ref)));
      for (const ref of container.models) this.store.add(ref);
      this.#changed.send(null);
    }
  }
}

async function forward(from: AsyncIterable<unknown>, to: Broadcast<null>): Promise<void> {
  for await (const _ of from) to.send(null);
}

interface Progress {
  readonly missing: boolean;
  readonly ready: boolean;
  readonly registered: boolean;
}

function stateOf({ missing, ready, registered }: Progress): WorkerState {
  if (missing) return 'downloading';
  if (!ready) return 'waiting-for-engines';
  return registered ? 'ready' : 'registering';
}
