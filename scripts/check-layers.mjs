// Checks which parts of src may import which, and that the pure parts are pure. It proves that it saw every file: a check
// of nothing must not pass. An argument names another tree to check by the same rules.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise } from 'dependency-cruiser';
import extractDepcruiseConfig from 'dependency-cruiser/config-utl/extract-depcruise-config';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import coreOrder from './layers/core-order.cjs';
import { impureUses } from './layers/pure-code.mjs';

const own = fileURLToPath(new URL('..', import.meta.url));
const root = resolve(process.argv[2] ?? own);
const PURE = /^src\/(core|ports|app)\//;

const onDisk = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(root, join(entry.parentPath, entry.name)))
  .sort();

const config = await extractDepcruiseConfig(join(own, '.dependency-cruiser.cjs'));
const result = await cruise(
  ['src'],
  { ...config.options, baseDir: root, ruleSet: config, validate: true },
  undefined,
  { tsConfig: extractTSConfig(join(own, 'tsconfig.json')) },
);

const seen = new Set(result.output.modules.map(({ source }) => source));
const unseen = onDisk.filter((file) => !seen.has(file));
const problems = [
  ...result.output.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`),
  ...onDisk.filter((file) => PURE.test(file)).flatMap(impurities),
  ...unorderedFolders().map((folder) => `core-order: ${folder} is missing in scripts/layers/core-order.cjs`),
  ...unseen.map((file) => `not seen by the layer check: ${file}`),
];

for (const problem of problems) console.error(problem);
console.log(`layers: ${onDisk.length} files, ${problems.length} problems`);
if (onDisk.length === 0 || problems.length > 0) process.exitCode = 1;

function impurities(file) {
  const uses = impureUses(basename(file), readFileSync(join(root, file), 'utf8'));
  return uses.map(({ line, name }) => `pure-code: ${file}:${line} uses ${name}`);
}

function unorderedFolders() {
  const known = new Set(coreOrder.flat());
  const folders = onDisk.map((file) => /^src\/core\/([^/]+)\//.exec(file)?.[1] ?? null);
  return [...new Set(folders)]
    .filter((name) => name !== null && !known.has(name))
    .map((name) => `src/core/${name}`);
}
