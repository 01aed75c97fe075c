import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { expectFault } from '../helpers/cli/expect-fault.ts';
import { FakeTerminal } from '../helpers/cli/fake-terminal.ts';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { sha256 } from '../helpers/store/import-fixture.ts';

let dir = '';
beforeEach(() => {
  dir = tempFolder();
  for (const name of ['a', 'b']) plantModel(name, 'x'.repeat(2048));
  plant('first/.rma/version', '1\n');
});

/** Writes a model to the store `first`, as Ollama does. */
function plantModel(name: string, weights: string): void {
  const layer = (content: string, mediaType: string) => {
    plant(`first/ollama/blobs/sha256-${sha256(content)}`, content);
    return { mediaType, digest: `sha256:${sha256(content)}`, size: content.length };
  };
  const config = layer(`{"${name}": 1}`, 'application/vnd.docker.container.image.v1+json');
  const layers = [layer(weights, 'application/vnd.ollama.image.model')];
  plant(
    `first/ollama/manifests/registry.ollama.ai/library/${name}/latest`,
    JSON.stringify({ config, layers }),
  );
}

function plant(path: string, text: string): void {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), text);
}

const rma = (...argv: readonly string[]) =>
  runRma(['models', 'bundle', ...argv], { cwd: dir, env: { HOME: dir } });

describe('rma models bundle', () => {
  it('writes all models to a directory, shared content once, and imports them into another store', async () => {
    expect(await rma('export', 'bundle', '--dest', 'first')).toMatchObject({
      exitCode: 0,
      stdout: 'ollama:a: 2.0 KiB\nollama:b: 2.0 KiB\nExported 2 models to bundle: 2.0 KiB in 3 files.\n',
    });
    expect(readdirSync(join(dir, 'bundle'))).toEqual(['contents', 'manifest.json']);
    expect(await rma('import', 'bundle', '--dest', 'second')).toMatchObject({
      exitCode: 0,
      stdout: 'ollama:a: imported\nollama:b: imported\nImported 2 models.\n',
    });
    expect(await rma('import', 'bundle', '--dest', 'second')).toMatchObject({
      exitCode: 0,
      stdout: 'ollama:a: already in the store\nollama:b: already in the store\nNothing imported.\n',
    });
    expect(await rma('export', 'bundle', '--dest', 'first')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('2.0 KiB in 3 files; 2.0 KiB already present.'),
    });
  });

  it('names the file system if no file can be created in the directory of a tar file', async () => {
    for (const [argv, path] of [
      [['/proc/x.tar'], '/proc/x.tar'],
      [['/proc/x.tar', '--split', '1MB'], '/proc/x.tar.001'],
    ] as const) {
      expectFault(await rma('export', ...argv, '--dest', 'first'), {
        code: 'RMA_STORE_UNWRITABLE',
        exitCode: 3,
        words: [`no file can be created in the file system at ${path}`],
      });
    }
  });

  it('counts an import as a use', async () => {
    await rma('export', 'bundle', '--dest', 'first');
    await rma('import', 'bundle', '--dest', 'second');
    const listed = await runRma(['models', 'ls', '--stored', '--dest', 'second', '--json'], {
      cwd: dir,
      env: { HOME: dir },
    });
    const { models } = JSON.parse(listed.stdout);
    expect(models).toHaveLength(2);
    for (const { lastUsedAt } of models) expect(lastUsedAt).toEqual(expect.any(String));
  });

  it('writes selected models to a tar file in parts', async () => {
    const { exitCode, stdout } = await rma(
      'export',
      'm.tar',
      'ollama:b',
      '--split',
      '1MB',
      '--dest',
      'first',
      '--json',
    );
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'rma.bundle-export/v1',
      target: 'm.tar',
      models: [{ reference: 'ollama:b', bytes: 2056, files: 2 }],
      bytes: 2056,
      writtenBytes: 2056,
    });
    expect(readdirSync(dir)).toEqual(['first', 'm.tar.001']);
    const imported = await rma('import', 'm.tar', '--dest', 'second', '--json');
    expect(JSON.parse(imported.stdout)).toMatchObject({
      schema: 'rma.bundle-import/v1',
      models: [{ reference: 'ollama:b', state: 'imported', code: null }],
    });
  });

  it('writes nothing but the bundle to stdout', async () => {
    const { exitCode, stdout, stderr } = await rma('export', '-', '--dest', 'first');
    expect(exitCode).toBe(0);
    expect(stdout.startsWith('manifest.json\0')).toBe(true);
    expect(stdout.length % 512).toBe(0);
    expect(stderr).not.toContain('error');
    const piped = await runRma(['models', 'bundle', 'import', '-', '--dest', 'second'], {
      cwd: dir,
      env: { HOME: dir },
      stdin: stdout,
    });
    expect(piped).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Imported 2 models.') });
  });

  it('prints that content of a tar file was copied, and that of a directory hard-linked', async () => {
    for (const target of ['m.tar', 'bundle']) await rma('export', target, 'ollama:b', '--dest', 'first');
    const copied = await rma('import', 'm.tar', '--dest', 'second', '--json');
    expect(JSON.parse(copied.stdout)).toMatchObject({
      models: [{ placed: { hardLinked: 0, reflinked: 0, copied: 2056 } }],
    });
    expect((await rma('import', 'bundle', '--dest', 'third')).stderr).toContain(
      'ollama:b: present, 2.0 KiB, hard-linked\n',
    );
    expect((await rma('import', 'm.tar', '--dest', 'fourth')).stderr).toContain(
      'ollama:b: present, 2.0 KiB, copied\n',
    );
  });

  it('prints the names of the parts', async () => {
    plantModel('large', 'z'.repeat(2_500_000));
    const { stdout } = await rma('export', 'sp', 'ollama:large', '--split', '1MB', '--dest', 'first');
    expect(stdout).toContain('Exported 1 model to 3 parts, sp.001 to sp.003: 2.4 MiB in 2 files.\n');
    const one = await rma('export', 'small', 'ollama:b', '--split', '1MB', '--dest', 'first');
    expect(one.stdout).toContain('Exported 1 model to small.001: 2.0 KiB in 2 files.\n');
  });

  it.each(['first/models.tar', 'first/bundle'])(
    'refuses the target %s in the exported store',
    async (target) => {
      const before = readdirSync(join(dir, 'first'), { recursive: true });
      const result = await rma('export', target, '--dest', 'first');
      expectFault(result, {
        code: 'RMA_USAGE_INVALID',
        exitCode: 2,
        words: ['is in the store', 'first-bundle'],
      });
      expect(readdirSync(join(dir, 'first'), { recursive: true })).toEqual(before);
    },
  );

  it.each([
    { what: 'the exported store', target: 'first', word: 'is a store' },
    { what: 'another store', target: 'other-store', word: 'is a store' },
    { what: 'a directory with other files', target: 'documents', word: 'letter.txt' },
    { what: 'a directory with another manifest', target: 'site', word: 'manifest.json' },
  ])('refuses $what as the directory of a bundle, and writes nothing', async ({ target, word }) => {
    plant('other-store/.rma/version', '1\n');
    plant('documents/letter.txt', 'x');
    plant('site/manifest.json', '{"name": "site"}');
    const before = readdirSync(join(dir, target), { recursive: true });
    const result = await rma('export', target, '--dest', 'first');
    expectFault(result, { code: 'RMA_USAGE_INVALID', exitCode: 2, words: [word, 'new or empty directory'] });
    expect(readdirSync(join(dir, target), { recursive: true })).toEqual(before);
  });

  it.each(['lost+found', 'contents', '.Trash-1000'])(
    'writes a bundle to a directory that has only %s',
    async (name) => {
      mkdirSync(join(dir, 'bundle', name), { recursive: true });
      expect(await rma('export', 'bundle', '--dest', 'first')).toMatchObject({ exitCode: 0 });
    },
  );

  it('does not write a bundle to a terminal', async () => {
    const terminal = new FakeTerminal();
    const argv = ['models', 'bundle', 'export', '-', '--dest', 'first'];
    const result = await runRma(argv, { cwd: dir, env: { HOME: dir }, terminal });
    expectFault(result, { code: 'RMA_USAGE_INVALID', exitCode: 2, words: ['terminal', 'pipe'] });
    expect(terminal.raw).toBe('');
  });

  it('refuses a corrupt bundle with exit code 6 and the name of the file, and leaves the store as it was', async () => {
    await rma('export', 'bundle', '--dest', 'first');
    const path = join(dir, 'bundle/contents', sha256('x'.repeat(2048)));
    writeFileSync(path, readFileSync(path, 'utf8').replace('x', 'y'));
    const words = [`contents/${sha256('x'.repeat(2048))}`];
    expectFault(await rma('import', 'bundle', '--dest', 'second'), {
      code: 'RMA_BUNDLE_CORRUPT',
      exitCode: 6,
      words,
    });
    expect(existsSync(join(dir, 'second/ollama/manifests/registry.ollama.ai'))).toBe(false);
  });

  it.each([
    {
      what: 'a bundle that does not exist',
      argv: ['import', 'nothing', '--dest', 'second'],
      code: 'RMA_BUNDLE_NOT_FOUND',
      exitCode: 2,
    },
    {
      what: 'a model that is not stored',
      argv: ['export', 'bundle', 'ollama:c', '--dest', 'first'],
      code: 'RMA_MODEL_NOT_FOUND',
      exitCode: 1,
    },
    {
      what: 'an empty store',
      argv: ['export', 'bundle', '--dest', 'dir'],
      code: 'RMA_BUNDLE_EMPTY',
      exitCode: 1,
    },
    {
      what: 'quiet output with a bundle on stdout',
      argv: ['export', '-', '--quiet', '--dest', 'first'],
      code: 'RMA_USAGE_INVALID',
      exitCode: 2,
    },
    {
      what: 'parts that are too small',
      argv: ['export', 'm.tar', '--split', '10', '--dest', 'first'],
      code: 'RMA_USAGE_INVALID_VALUE',
      exitCode: 2,
    },
  ])('rejects $what', async ({ argv, code, exitCode }) => {
    mkdirSync(join(dir, 'dir'));
    expectFault(await rma(...argv), { code, exitCode });
    expect(existsSync(join(dir, 'bundle'))).toBe(false);
  });
});
