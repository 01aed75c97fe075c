// Checks the texts for users against the phrases in scripts/language/phrases.txt: string literals and templates in src
// (not comments or identifiers), the YAML files of profiles and engines, and the documents. An argument names another
// tree to check. A check of nothing fails.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findPhrases, parsePhrases } from './language/find-phrases.mjs';
import { textsOf } from './language/texts-of.mjs';

const own = fileURLToPath(new URL('..', import.meta.url));
const root = resolve(process.argv[2] ?? own);
const phrases = parsePhrases(readFileSync(join(own, 'scripts/language/phrases.txt'), 'utf8'));
const PLACES = ['src', 'profiles', 'compose', 'docs', 'README.md', 'CHANGELOG.md', 'CONTRIBUTING.md'];
const CHECKED = /\.(ts|yaml|md)$/;

const files = PLACES.flatMap(filesIn).filter((file) => CHECKED.test(file));
const problems = files.flatMap((file) => {
  const texts = textsOf(file, readFileSync(join(root, file), 'utf8'));
  return texts.flatMap(({ text, line }) =>
    findPhrases(text, phrases).map(
      ({ phrase, instead, offset }) =>
        `${file}:${line + text.slice(0, offset).split('\n').length - 1}: "${phrase}": write ${instead}`,
    ),
  );
});

for (const problem of problems) console.error(problem);
console.log(`language: ${files.length} files, ${problems.length} problems`);
if (files.length === 0 || problems.length > 0) process.exitCode = 1;

function filesIn(place) {
  const path = join(root, place);
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [place];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}
