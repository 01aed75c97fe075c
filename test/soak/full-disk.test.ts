import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { hubForTest } from '../adapters/hub-server/hub-fixture.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { bundleProgram, startCommand } from '../helpers/process/program.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';
import { tinySafetensors } from '../standins/tiny-safetensors.ts';

const program = fileURLToPath(new URL('../adapters/store/programs/full-disk.ts', import.meta.url));
/** the reserve of a store, and room for the models */
const MOUNT = 'mount -t tmpfs -o size=80m tmpfs "$1" && shift && exec "$@"';

/** a full disk is reported before a download, or by it */
const ENDS = /^(done$|no space left on device|not enough disk space)/;

interface Outcome {
  readonly at: number;
  readonly full: string;
  readonly problems: readonly string[];
  readonly again: string;
}

const asRoot = test.runIf(process.getuid?.() === 0);

/** Runs an operation with the disk full at each of its steps in turn. */
async function outcomesOf(operation: string): Promise<readonly Outcome[]> {
  const files = { 'config.json': '{}', 'model.safetensors': { content: tinySafetensors(), lfs: true } };
  const hub = await hubForTest({
    repos: { 'org/name': { files } },
    files: { 'model.gguf': tinyGguf() },
  });
  const mount = tempFolder();
  const node = [process.execPath, await bundleProgram(program), operation, mount, hub.endpoint];
  // private to the program, so that it disappears with it
  const run = startCommand(['unshare', '--mount', 'sh', '-c', MOUNT, 'sh', mount, ...node]);
  const { code, stdout, stderr } = await run.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const lines = stdout.trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Outcome);
}

function expectNoLoss(outcomes: readonly Outcome[]): void {
  expect(outcomes.length).toBeGreaterThan(20);
  for (const { at, full, problems, again } of outcomes) {
    expect(full, `full at step ${at}`).toMatch(ENDS);
    expect({ problems, again }, `full at step ${at}`).toEqual({ problems: [], again: 'done' });
  }
}

asRoot.each(['pull', 'repair', 'import'])(
  '[fail D1] [fail R3] %s: wherever a real disk becomes full, the error says so, no data is lost, and the next run completes it',
  async (operation) => {
    const outcomes = await outcomesOf(operation);
    expect(outcomes.filter(({ full }) => full !== 'done').length).toBeGreaterThan(5);
    expectNoLoss(outcomes);
  },
);

asRoot.each(['mark', 'remove'])(
  '[fail D1] %s: models go from a disk that is full, and nothing is lost if others use the space that this needs',
  async (operation) => {
    const outcomes = await outcomesOf(operation);
    expect(outcomes[0]).toMatchObject({ at: 1, full: 'done' });
    expectNoLoss(outcomes);
  },
);

asRoot('[fail D1] prune deletes what was marked on a full disk, without a byte of space', async () => {
  const outcomes = await outcomesOf('delete');
  expect(outcomes.filter(({ full }) => full !== 'done')).toEqual([]);
  expectNoLoss(outcomes);
});
