import type { ModelCheck, StoreCheck } from '../../../src/core/domain/model-check.ts';
import { type PinnedModel, pinnedBytes } from '../../../src/core/domain/pinned-model.ts';
import type { CommandOutcome } from '../../../src/ports/command-runner.ts';
import type {
  ComposeProject,
  DockerCli,
  ExecOptions,
  ImageBuild,
  ImagePull,
  OneOff,
  OneOffHere,
  ServicesUp,
} from '../../../src/ports/docker-cli.ts';
import { type ComposeStack, composeStack } from './compose-services.ts';
import type { FakeEngine } from './fake-engine.ts';
import type { FakeWorkers } from './fake-workers.ts';
import type { MemoryFiles } from './memory-files.ts';
import type { Recorder } from './recorder.ts';

interface DockerParts {
  readonly engine: FakeEngine;
  readonly files: MemoryFiles;
  readonly workers: FakeWorkers;
  readonly recorder: Recorder;
}

/** Docker commands on the fake engine: `up` reads the Compose file on the fake host. */
export class FakeDocker implements DockerCli {
  /** commands in containers so far, such as `a-vllm: nvidia-smi -L` */
  readonly execs: string[] = [];
  readonly #parts: DockerParts;

  constructor(parts: DockerParts) {
    this.#parts = parts;
  }

  async composeVersion(): Promise<string> {
    return '2.40.0';
  }

  async build({ tag, aliases = [] }: ImageBuild): Promise<void> {
    await this.#parts.recorder.change(`build ${tag}`, () => {
      for (const name of [tag, ...aliases]) this.#parts.engine.addImage(name);
    });
  }

  async tag({ image, tag }: { readonly image: string; readonly tag: string }): Promise<void> {
    await this.#parts.recorder.change(`tag ${image} ${tag}`, () => {
      const { imageStore } = this.#parts.engine;
      imageStore.add(tag, imageStore.idOf(image));
    });
  }

  async pull({ image, digest }: ImagePull): Promise<void> {
    await this.#parts.recorder.change(`pull ${image}`, () =>
      this.#parts.engine.imageStore.pull(image, digest),
    );
  }

  async up(project: ComposeProject, { start, recreate }: ServicesUp, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const services = [...start, ...recreate];
    const stack = composeStack(project.name, await this.#text(project));
    await this.#parts.recorder.change(`up ${services.join(' ')}`, () => {
      for (const name of stack.volumes) this.#parts.engine.addVolume(name);
      this.#parts.engine.addNetwork(project.name);
      for (const service of recreate) {
        const existing = this.#parts.engine.find(project.name, service);
        if (existing !== undefined) this.#parts.engine.destroy(existing.id);
      }
      for (const service of services) this.#upOne(project.name, service, stack);
    });
  }

  async logs(): Promise<number> {
    return 0;
  }

  async execHere(id: string, argv: readonly string[]): Promise<number> {
    this.execs.push(`${id}: ${argv.join(' ')}`);
    return 0;
  }

  async exec(id: string, argv: readonly string[], options: ExecOptions): Promise<CommandOutcome> {
    const container = this.#parts.engine.all.find((each) => each.id === id);
    this.execs.push(`${container?.service ?? id}: ${argv.join(' ')}`);
    if (container?.state !== 'running') return outcome(1, '', `container ${id} is not running`);
    if (argv[0] === 'nvidia-smi') {
      const lines = container.gpus.map((uuid, index) => `GPU ${index}: Card (UUID: ${uuid})\n`);
      return outcome(0, lines.join(''));
    }
    if (argv[0] !== 'rma-worker') return outcome(127);
    if (argv.includes('--follow')) return this.#follow(id, options);
    return outcome(0, `${JSON.stringify(this.#parts.workers.status(container))}\n`);
  }

  async oneOff({ argv, stdin, onStdout }: OneOff): Promise<CommandOutcome> {
    const { models } = JSON.parse(String(stdin)) as { readonly models: readonly PinnedModel[] };
    const { store } = this.#parts.workers;
    if (argv[1] === 'check') return outcome(0, JSON.stringify(this.#check(models)));
    const refs = models.map(({ ref }) => ref);
    await this.#parts.recorder.change(`fetch ${refs.join(' ')}`, () => {
      for (const ref of refs) store.add(ref);
    });
    onStdout?.(JSON.stringify(fetched(models)));
    return outcome(0);
  }

  async oneOffHere(run: OneOffHere): Promise<number> {
    this.execs.push(`one-off: ${run.argv.join(' ')}`);
    return 0;
  }

  async #text({ file }: ComposeProject): Promise<string> {
    const text = file === null ? null : await this.#parts.files.read(file);
    if (text === null) throw new Error(`no Compose file at ${file}`);
    return text;
  }

  #upOne(project: string, service: string, stack: ComposeStack): void {
    const { engine } = this.#parts;
    const wanted = stack.services.get(service);
    if (wanted === undefined) throw new Error(`no such service: ${service}`);
    const existing = engine.find(project, service);
    const keep = existing?.configHash === wanted.configHash;
    if (existing !== undefined && !keep) engine.destroy(existing.id);
    const { id, state } =
      existing !== undefined && keep
        ? existing
        : engine.put({ ...wanted, imageId: engine.imageStore.idOf(wanted.image) ?? '' });
    if (state !== 'running') engine.launch(id);
  }

  async #follow(id: string, { onStdout, signal }: ExecOptions): Promise<CommandOutcome> {
    const follow = signal ?? new AbortController().signal;
    for await (const status of this.#parts.workers.follow(id, follow)) onStdout?.(JSON.stringify(status));
    follow.throwIfAborted();
    return outcome(137);
  }

  #check(models: readonly PinnedModel[]): StoreCheck {
    const checks = models.map((model): ModelCheck => {
      const totalBytes = pinnedBytes(model);
      return this.#parts.workers.store.has(model.ref)
        ? { ref: model.ref, state: 'present', missing: [], totalBytes, missingBytes: 0 }
        : { ref: model.ref, state: 'missing', missing: model.files, totalBytes, missingBytes: totalBytes };
    });
    return { checks, freeBytes: 2 ** 42 };
  }
}

function fetched(models: readonly PinnedModel[]): unknown {
  return {
    schema: 'rma.worker-status/v1',
    worker: 'one-off',
    profile: '',
    state: 'ready',
    since: '2026-01-02T00:00:00Z',
    failure: null,
    models: models.map((model) => ({
      ref: model.ref,
      state: 'present',
      doneBytes: pinnedBytes(model),
      totalBytes: pinnedBytes(model),
      fetchedBytes: pinnedBytes(model),
      bytesPerSecond: null,
      etaSeconds: null,
    })),
    engines: [],
    registered: false,
  };
}

function outcome(exitCode: number, stdout = '', stderr = ''): CommandOutcome {
  return { exitCode, stdout, stderr };
}
