// Bundles the modules that the command line imports on first use into one file: many small files take longer to load.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** Modules that stay files of their own, because of the large packages that they contain. */
const SEPARATE = [
  'src/adapters/docker/docker-images.ts',
  'src/adapters/docker/dockerode-engine.ts',
  'src/adapters/http/undici.ts',
  'src/adapters/nvidia/parse-xml.ts',
  'src/cli/context/context-bundles.ts',
  'src/cli/reporters/tty.ts',
];
const NAME = 'lazy-modules';
const IMPORT = /\bawait import\('(\.[^']+\.ts)'\)/g;

/** Returns the plugin of esbuild. Each module in the file is still evaluated on first use. */
export function lazyModules() {
  return {
    name: NAME,
    setup(build) {
      build.onResolve({ filter: new RegExp(`^${NAME}$`) }, () => ({ path: NAME, namespace: 'rma' }));
      build.onLoad({ filter: /^/, namespace: 'rma' }, () => ({
        contents: loader(),
        resolveDir: process.cwd(),
      }));
      build.onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => ({
        contents: withLoader(path),
        loader: 'ts',
      }));
    },
  };
}

function withLoader(path) {
  return readFileSync(path, 'utf8').replace(IMPORT, (text, written) => {
    const target = targetOf(path, written);
    return SEPARATE.includes(target) ? text : `await (await import('${NAME}')).load('${target}')`;
  });
}

function loader() {
  const cases = lazyTargets().map((target) => `case '${target}': return require('./${target}');`);
  return `export function load(name) { switch (name) { ${cases.join('\n')} } }`;
}

/** Returns the modules that the command line imports on first use, except the separate ones. */
function lazyTargets() {
  const files = ['cli', 'app', 'adapters', 'core'].flatMap((layer) =>
    readdirSync(join('src', layer), { recursive: true })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join('src', layer, name)),
  );
  const targets = files.flatMap((path) =>
    [...readFileSync(path, 'utf8').matchAll(IMPORT)].map(([, written]) => targetOf(path, written)),
  );
  return [...new Set(targets)].filter((target) => !SEPARATE.includes(target)).sort();
}

/** Returns the path of an imported module below the root of the repository. */
function targetOf(importer, written) {
  return relative('.', resolve(dirname(importer), written));
}
