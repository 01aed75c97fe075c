import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { bundleProgram, type RunningProgram, startCommand } from '../../helpers/process/program.ts';
import { startModelServer } from '../../helpers/store/model-server.ts';
import { smallRepo } from '../../helpers/store/store-fixture.ts';

const fetcher = fileURLToPath(new URL('./programs/space-fetcher.ts', import.meta.url));
const SIZE = 8 * 1024 * 1024;
/** What a store keeps free, its reserve, and one of the models, but not two. */
const MOUNT = 'mount -t tmpfs -o size=76m tmpfs "$1" && echo mounted && exec sleep infinity';

const asRoot = test.runIf(process.getuid?.() === 0);

interface Outcome {
  readonly state: string;
  readonly fetchedBytes: number;
  readonly error: string | null;
}

/** Starts a hub with three models whose content arrives by half until `release`, and a small disk. */
async function setUp() {
  const server = await startModelServer();
  for (const name of ['one', 'two', 'three']) {
    const content = Buffer.alloc(SIZE, name);
    const commit = Buffer.from(name).toString('hex').padEnd(40, '0');
    server.serve({
      ...smallRepo(`acme/${name}`, commit),
      files: [{ path: 'model.safetensors', content, lfs: true }],
    });
  }
  const waiting: (() => void)[] = [];
  let isOpen = false;
  let started: () => void = () => undefined;
  const oneStarted = new Promise<void>((resolve) => {
    started = resolve;
  });
  server.fault = ({ server: name }, response) => {
    if (name === 'hub' || isOpen) return false;
    response.writeHead(200, { 'content-length': SIZE });
    waiting.push(() => response.destroy());
    started();
    return true;
  };
  const release = () => {
    isOpen = true;
    for (const end of waiting) end();
  };
  const mount = tempFolder();
  const disk = startCommand(['unshare', '--mount', 'sh', '-c', MOUNT, 'sh', mount]);
  await disk.printed('mounted');
  const program = await bundleProgram(fetcher);
  const inside = ['nsenter', '--mount', '--target', String(disk.child.pid)] as const;
  const start = (name: string): RunningProgram =>
    startCommand([...inside, process.execPath, program, mount, server.url, `hf:acme/${name}`]);
  return { server, start, release, oneStarted };
}

async function outcomeOf({ ended }: RunningProgram): Promise<Outcome> {
  const { stdout, stderr } = await ended;
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Outcome;
}

asRoot('[fail D3] a process does not start a download for which another has reserved the space', async () => {
  const { server, start, release, oneStarted } = await setUp();
  const first = start('one');
  await oneStarted;
  const refused = await outcomeOf(start('two'));
  expect(refused).toMatchObject({ state: 'failed', fetchedBytes: 0 });
  expect(refused.error).toMatch(
    /^not enough disk space .*: 72\.0 MiB needed, .* free; running downloads have reserved 8\.0 MiB more$/,
  );
  expect(server.downloads().filter(({ path }) => path.includes('acme/two'))).toEqual([]);
  release();
  expect(await outcomeOf(first)).toMatchObject({ state: 'present' });
});

asRoot(
  '[fail D3] of three processes that start together on a disk for one, exactly one downloads',
  async () => {
    const { start, release } = await setUp();
    const runs = ['one', 'two', 'three'].map(start);
    let refused = 0;
    const outcomes = runs.map(async (run) => {
      const outcome = await outcomeOf(run);
      refused += outcome.state === 'failed' ? 1 : 0;
      if (refused === 2) release();
      return outcome.state;
    });
    expect((await Promise.all(outcomes)).sort()).toEqual(['failed', 'failed', 'present']);
  },
);

asRoot('[fail D3] the space of a killed download is free at once', async () => {
  const { start, release, oneStarted } = await setUp();
  const first = start('one');
  await oneStarted;
  first.child.kill('SIGKILL');
  await first.ended;
  release();
  expect(await outcomeOf(start('two'))).toMatchObject({ state: 'present', error: null });
});
