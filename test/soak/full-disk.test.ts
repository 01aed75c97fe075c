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

test.runIf(process.getuid?.() === 0).each(['pull', 'repair', 'import', 'prune'])(
  '[fail D1] [fail R3] %s: wherever a real disk becomes full, the error says so, no data is lost, and the next run completes it',
  async (operation) => {
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
    const outcomes = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Outcome);
    expect(outcomes.filter(({ full }) => full !== 'done').length).toBeGreaterThan(5);
    for (const { at, full, problems, again } of outcomes) {
      expect(full, `full at step ${at}`).toMatch(ENDS);
      expect({ problems, again }, `full at step ${at}`).toEqual({ problems: [], again: 'done' });
    }
  },
);
