// Runs dependency-cruiser over src and proves that it saw every file there: a cruise of nothing must not pass.
import { readdirSync } from 'node:fs';
import { cruise } from 'dependency-cruiser';
import extractDepcruiseConfig from 'dependency-cruiser/config-utl/extract-depcruise-config';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const onDisk = readdirSync('src', { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => `${entry.parentPath}/${entry.name}`)
  .sort();

const config = await extractDepcruiseConfig('./.dependency-cruiser.cjs');
const result = await cruise(['src'], { ...config.options, ruleSet: config, validate: true }, undefined, {
  tsConfig: extractTSConfig('tsconfig.json'),
});
const seen = new Set(result.output.modules.map((module) => module.source));
const unseen = onDisk.filter((file) => !seen.has(file));
const violations = result.output.summary.violations;

for (const { rule, from, to } of violations) console.error(`${rule.name}: ${from} -> ${to}`);
for (const file of unseen) console.error(`not seen by the layer check: ${file}`);
console.log(`layers: ${onDisk.length} files, ${violations.length} violations, ${unseen.length} unseen`);
if (onDisk.length === 0 || violations.length > 0 || unseen.length > 0) process.exitCode = 1;
