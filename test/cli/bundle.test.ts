import { dirname, join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { builtRma, MAIN, REPOSITORY, run } from '../helpers/spawn-rma.ts';

/** Prints the path of every file of rma that Node loads. */
const LISTING_HOOK = `
import { registerHooks } from 'node:module';
`;

describe('[cli 23] rma --version and --help', () => {
  let meta: Metafile;
  beforeAll(async () => {
    const result = await build({
      absWorkingDir: REPOSITORY,
      entryPoints: ['src/cli/main.ts'],
      outdir: 'unused',
      bundle: true,
      platform: 'node',
      format: 'esm',
      splitting: true,
      metafile: true,
      write: false,
      alias: { ssh2: './scripts/build/no-ssh2.cjs' },
      loader: { '.node': 'empty' },
      logLevel: 'silent',
    });
    meta = result.metafile;
  });

  it('load commander and no other package', () => {
    const packages = new Set(
      staticInputs(meta).flatMap((input) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []),
    );
    expect([...packages]).toEqual(['commander']);
    expect(Object.keys(meta.inputs).some((input) => input.includes('node_modules/ora/'))).toBe(true);
  });

  it('load no adapter, no use case and no handler', () => {
    const sources = staticInputs(meta).filter((input) => input.startsWith('src/'));
    expect(sources).toContain('src/cli/main.ts');
    expect(sources.filter((input) => /^src\/(adapters|app|worker)\/|-handler\.ts$/.test(input))).toEqual([]);
  });

  it.each([['--version'], ['--help'], ['-h']])('load nothing more while they run: %s', async (word) => {
    expect(await loadedFiles(word)).toEqual(await loadedFiles('--version'));
    const chunks = await loadedFiles(word);
    const lazy = await loadedFiles('config', 'show');
    expect(chunks).toContain(MAIN);
    expect(lazy.length).toBeGreaterThan(chunks.length);
  });
});

/** Source files that the entry imports statically, directly or through other outputs. */
function staticInputs({ outputs }: Metafile): readonly string[] {
  const entry = Object.keys(outputs).find((path) => outputs[path]?.entryPoint === 'src/cli/main.ts');
  const seen = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const item of outputs[path]?.imports ?? []) if (item.kind === 'import-statement') visit(item.path);
  };
  visit(entry ?? '');
  return [...seen].flatMap((path) => Object.keys(outputs[path]?.inputs ?? {}));
}
