import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { expectFault } from '../helpers/cli/expect-fault.ts';
import { FakeTerminal } from '../helpers/cli/fake-terminal.ts';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { setAge } from '../helpers/store/cache-fixture.ts';
import { sha256, stateOf } from '../helpers/store/import-fixture.ts';

const MANIFESTS = '.ollama/models/manifests/registry.ollama.ai/library';

let home = '';
let store = '';
beforeEach(() => {
  home = tempFolder();
  store = join(home, 'store');
  plantOllama('good', 'x'.repeat(2048));
});

/** Writes a model as Ollama does. Returns the path of its weights. */
function plantOllama(name: string, weights: string): string {
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), text);
  };
  const layer = (content: string, mediaType: string) => {
    write(`.ollama/models/blobs/sha256-${sha256(content)}`, content);
    return { mediaType, digest: `sha256:${sha256(content)}`, size: content.length };
  };
  const config = layer('{}', 'application/vnd.docker.container.image.v1+json');
  const layers = [layer(weights, 'application/vnd.ollama.image.model')];
  write(`${MANIFESTS}/${name}/latest`, JSON.stringify({ config, layers }));
  return join(home, `.ollama/models/blobs/sha256-${sha256(weights)}`);
}

const rma = (...argv: readonly string[]) =>
  runRma(['models', 'import', ...argv], { cwd: home, env: { HOME: home } });

describe('rma models import', () => {
  it('lists without an argument what the default directories have, imports nothing, and suggests the command', async () => {
    const { exitCode, stdout } = await rma('--dest', store);
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: [
        `${home}/.ollama/models (Ollama):`,
        'REFERENCE        SIZE   CHECK   ACTION',
        'ollama:good   2.0 KiB   hash    hard link',
        '',
      ].join('\n'),
    });
    expect(existsSync(store)).toBe(false);
    const { stderr } = await rma('--dest', store);
    expect(stderr).toContain(`rma models import ${home}/.ollama/models --dest ${store}`);
  });

  it('lists long names on 80 columns with their size, check and action', async () => {
    plantOllama('a-model-with-a-name-that-is-longer-than-half-of-the-terminal-and-more', 'y');
    const terminal = new FakeTerminal(80);
    const argv = ['models', 'import', '--dest', store];
    await runRma(argv, { cwd: home, env: { HOME: home, NO_COLOR: '1' }, terminal });
    expect(terminal.screen).toMatch(/^ollama:a-\S+\.\.\.\S+-and-more +3 B +hash +hard link$/m);
  });

  it('imports by hard links and prints how many bytes were saved; again, it does nothing', async () => {
    const before = stateOf(join(home, '.ollama'));
    expect(await rma('.ollama', '--dest', store)).toMatchObject({
      exitCode: 0,
      stdout: 'ollama:good: imported\nImported 1 model, 2.0 KiB: 2.0 KiB hard-linked.\n',
      stderr: 'ollama:good: importing 99 %, 2.0 KiB of 2.0 KiB\nollama:good: present, 2.0 KiB, hard-linked\n',
    });
    expect(stateOf(join(home, '.ollama'))).toBe(before);
    expect(await rma('.ollama', '--dest', store)).toMatchObject({
      exitCode: 0,
      stdout: 'ollama:good: already in the store\nNothing imported.\n',
    });
  });

  it('counts as a use, however old the files are', async () => {
    const files = readdirSync(join(home, '.ollama'), { recursive: true, encoding: 'utf8' });
    setAge(join(home, '.ollama'), 60, ...files);
    await rma('.ollama', '--dest', store);
    const prune = async (...argv: readonly string[]) => {
      const options = ['--keep', '30d', ...argv, '--dry-run', '--json', '--dest', store];
      const { stdout } = await runRma(['cache', 'prune', ...options], { cwd: home, env: { HOME: home } });
      return JSON.parse(stdout).plan.entries;
    };
    expect(await prune('--grace', '0s')).toEqual([]);
    expect(await prune('--keep', '0s')).toEqual([]);
  });

  it('skips corrupt and incomplete models, imports the others, and exits with 8', async () => {
    writeFileSync(plantOllama('flipped', 'y'.repeat(2048)), 'z'.repeat(2048));
    rmSync(plantOllama('lost', 'w'.repeat(10)));
    const { exitCode, stdout } = await rma('.ollama/models', '--dest', store);
    expect(exitCode).toBe(8);
    expect(stdout).toContain('ollama:good: imported\n');
    expect(stdout).toContain(`ollama:flipped: skipped: ${home}/.ollama/models/blobs/sha256-`);
    expect(stdout).toContain('ollama:lost: skipped: 1 of its 2 files are missing\n');
  });

  it('exits with 6 if the only model is corrupt', async () => {
    rmSync(join(home, MANIFESTS, 'good'), { recursive: true });
    writeFileSync(plantOllama('flipped', 'y'.repeat(2048)), 'z'.repeat(2048));
    expect(await rma('.ollama/models', '--dest', store)).toMatchObject({ exitCode: 6 });
  });

  it('prints a JSON document', async () => {
    const { stdout } = await rma('.ollama/models', '--dest', store, '--dry-run', '--json');
    expect(JSON.parse(stdout)).toEqual({
      schema: 'rma.models-import/v1',
      dryRun: true,
      sources: [{ kind: 'ollama', directory: join(home, '.ollama/models') }],
      models: [
        {
          reference: 'ollama:good',
          kind: 'ollama',
          directory: join(home, '.ollama/models'),
          bytes: 2050,
          state: 'new',
          verifiedBy: 'hash',
          linkableBytes: 2050,
          placed: { hardLinked: 0, reflinked: 0, copied: 0 },
          reason: null,
          code: null,
        },
      ],
      hardLinkedBytes: 0,
      reflinkedBytes: 0,
      copiedBytes: 0,
    });
  });

  it.each([
    ['a directory of no program', 'empty', 'RMA_IMPORT_UNKNOWN'],
    ['a directory that does not exist', 'nothing', 'RMA_IMPORT_NO_DIRECTORY'],
  ])('rejects %s', async (_, name, code) => {
    mkdirSync(join(home, 'empty'));
    expectFault(await rma(name, '--dest', store), { code, exitCode: 2, words: [name] });
    expect(existsSync(store)).toBe(false);
  });

  it('reports if the default directories have no models', async () => {
    rmSync(join(home, '.ollama'), { recursive: true });
    expect(await rma('--dest', store)).toMatchObject({
      exitCode: 0,
      stdout: 'No models of other programs found.\n',
    });
  });
});
