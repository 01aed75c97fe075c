import { build, type Metafile } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { builtRma, MAIN, REPOSITORY, run } from '../helpers/cli/spawn-rma.ts';

/** A loader hook that prints every module to stderr immediately, because its thread ends with the process. */
const LISTING_HOOK = `import { writeSync } from 'node:fs';
export async function load(url, context, next) {
  writeSync(2, 'loaded ' + url + '\\n');
  return next(url, context);
}`;

describe('rma --version and --help', () => {
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

  it('load no package but commander', () => {
    const packages = staticInputs(meta).flatMap((input) => {
      return /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? [];
    });
    expect([...new Set(packages)]).toEqual(['commander']);
    expect(Object.keys(meta.inputs).some((input) => input.includes('node_modules/ora/'))).toBe(true);
  });

  it('load no adapter, use case or handler', () => {
    const sources = staticInputs(meta).filter((input) => input.startsWith('src/'));
    expect(sources).toContain('src/cli/main.ts');
    expect(sources.filter((input) => /^src\/(adapters|app|worker)\/|-handler\.ts$/.test(input))).toEqual([]);
  });

  it.each(['--help', '-h', 'nothing'])('load the same files: %s', async (word) => {
    const loaded = await loadedFiles(word === 'nothing' ? [] : [word]);
    expect(loaded).toContain(`file://${MAIN}`);
    expect(loaded).toEqual(await loadedFiles(['--version']));
    expect((await loadedFiles(['config', 'show'])).length).toBeGreaterThan(loaded.length);
  });
});

async function loadedFiles(argv: readonly string[]): Promise<readonly string[]> {
  const hook = `data:text/javascript,${encodeURIComponent(LISTING_HOOK)}`;
  const register = `import { register } from 'node:module'; register(${JSON.stringify(hook)});`;
  const [node, ...rest] = builtRma(...argv);
  const { stderr } = await run([
    node,
    '--import',
    `data:text/javascript,${encodeURIComponent(register)}`,
    ...rest,
  ]);
  return [...stderr.matchAll(/^loaded (file:.*)$/gm)].map(([, url]) => url ?? '').sort();
}

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
