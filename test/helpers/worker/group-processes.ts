import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type EngineTarget, GROUP_MOUNT, type WorkerGroup } from '../../../src/core/domain/worker-config.ts';
import { groupScript } from '../../../src/core/fleet/group-script.ts';
import { workerToken } from '../../../src/core/registration-token.ts';
import { bundleEntry } from '../process/bundle-entry.ts';
import { freePort } from '../stack/free-port.ts';
import { COORDINATOR_KEY } from './coordinator.ts';
import { workerConfig } from './worker-config.ts';

/** The engine of one host: its program and arguments, and what its worker probes if it is the head. */
export interface GroupEngine {
  readonly command: readonly string[];
  readonly target: EngineTarget | null;
  /** null: it does not listen for the head */
  readonly listens: string | null;
}

/** A process with its children, as in a container, and what it printed. */
export interface ProcessTree {
  readonly lines: () => readonly string[];
  /** kills the process and its children */
  kill(): void;
  /** kills only the program that the script of an engine container runs; its command line contains this text */
  killProgram(text: string): void;
}

export interface GroupProcesses {
  readonly url: string;
  coordinator: ProcessTree;
  readonly workers: ProcessTree[];
  readonly engines: ProcessTree[];
  /** the number of models in the coordinator */
  served(): Promise<number>;
  restartCoordinator(): void;
  restartWorker(rank: number): void;
  restartEngine(rank: number): void;
}

/**
 * Starts what runs on the hosts of a group, as processes of this machine: the coordinator, and for each host a worker and the
 * script of an engine container. They are killed when the test ends.
 */
export async function startGroup(dir: string, engines: readonly GroupEngine[]): Promise<GroupProcesses> {
  const bundles = {
    worker: await bundleEntry('worker', dir),
    coordinator: await bundleEntry('coordinator', dir),
  };
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  writeFileSync(join(dir, 'key'), COORDINATOR_KEY);
  const starts = {
    coordinator: () =>
      startTree([process.execPath, bundles.coordinator], {
        RMA_COORDINATOR_KEY_FILE: join(dir, 'key'),
        RMA_COORDINATOR_LISTEN_PORT: String(port),
        RMA_COORDINATOR_READERS: 'open',
      }),
    worker: (rank: number) =>
      startTree([process.execPath, bundles.worker, 'run'], workerEnvironment(dir, rank)),
    engine(rank: number) {
      const script = groupScript(60).replaceAll(GROUP_MOUNT, join(dir, `h${rank}`));
      return startTree(['sh', '-c', script, 'group', ...engines[rank]!.command], {});
    },
  };
  const ranks = engines.map((engine, rank) => {
    writeHost(dir, { rank, nodes: engines.length, url }, engine);
    return rank;
  });
  const group: GroupProcesses = {
    url,
    coordinator: starts.coordinator(),
    workers: ranks.map(starts.worker),
    engines: ranks.map(starts.engine),
    served: () => listedModels(url),
    restartCoordinator() {
      group.coordinator.kill();
      group.coordinator = starts.coordinator();
    },
    restartWorker(rank) {
      group.workers[rank]?.kill();
      group.workers[rank] = starts.worker(rank);
    },
    restartEngine(rank) {
      group.engines[rank]?.kill();
      group.engines[rank] = starts.engine(rank);
    },
  };
  return group;
}

async function listedModels(url: string): Promise<number> {
  try {
    const list = (await (await fetch(`${url}/v1/models`)).json()) as { readonly data: readonly unknown[] };
    return list.data.length;
  } catch {
    return 0; // it restarts
  }
}

function writeHost(
  dir: string,
  { rank, nodes, url }: { readonly rank: number; readonly nodes: number; readonly url: string },
  { target, listens }: GroupEngine,
): void {
  const home = join(dir, `h${rank}`);
  mkdirSync(home);
  const hosts = Array.from({ length: nodes }, (_, each) => `h${each}`);
  const group: WorkerGroup = { name: 'demo-large', rank, nodes, service: 'large-engine', hosts, listens };
  const [host, worker] = [`h${rank}`, `h${rank}-demo-large`];
  const config = workerConfig({
    ...{ worker, host, profile: 'large', models: [], coordinator: { url }, group },
    engines: target === null ? [] : [target],
  });
  writeFileSync(join(home, 'worker.json'), JSON.stringify(config));
  writeFileSync(join(home, 'token'), workerToken(COORDINATOR_KEY, host, worker));
}

function workerEnvironment(dir: string, rank: number): Record<string, string> {
  const home = join(dir, `h${rank}`);
  return {
    HOME: home,
    MODEL_CACHE_DIR: join(home, 'models'),
    RMA_WORKER_CONFIG: join(home, 'worker.json'),
    RMA_WORKER_SOCKET: join(home, 'worker.sock'),
    RMA_GROUP_DIR: home,
    COORDINATOR_TOKEN_FILE: join(home, 'token'),
    LOG_FILE: '',
  };
}

function startTree([command = '', ...args]: readonly string[], env: Record<string, string>): ProcessTree {
  const child = spawn(command, args, {
    detached: true, // a process group of its own
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const kill = () => killGroup(child);
  onTestFinished(kill);
  return {
    lines: () => output.split('\n'),
    kill,
    killProgram(text) {
      const pid = childrenOf(child).find((each) =>
        readFileSync(`/proc/${each}/cmdline`, 'utf8').includes(text),
      );
      if (pid === undefined) throw new Error(`${text} does not run:\n${output}`);
      process.kill(pid, 'SIGKILL');
    },
  };
}

function killGroup({ pid }: ChildProcess): void {
  try {
    process.kill(-Number(pid), 'SIGKILL');
  } catch {
    // it has ended
  }
}

function childrenOf({ pid }: ChildProcess): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
}
