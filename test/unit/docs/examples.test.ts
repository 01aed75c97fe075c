import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { runRma } from '../../helpers/cli/run-rma.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';

const DOCS = join(import.meta.dirname, '../../../docs');

/** Files that a page shows: YAML whose first line is `# PATH`. */
function filesOf(page: string): readonly (readonly [path: string, text: string])[] {
  const blocks = readFileSync(join(DOCS, page), 'utf8').matchAll(
    /^```yaml\n# ([a-z/]+\.yaml)\n(.*?)^```$/gms,
  );
  return [...blocks].map(([, path = '', text = '']) => [path, text] as const);
}

const pages = readdirSync(DOCS).filter((page) => page.endsWith('.md') && filesOf(page).length > 0);

it('files are found in the docs', () => expect(pages.length).toBeGreaterThan(2));

it.each(pages)('the files that %s shows are valid together', async (page) => {
  const cwd = tempFolder();
  for (const [path, text] of filesOf(page)) {
    mkdirSync(dirname(join(cwd, path)), { recursive: true });
    writeFileSync(join(cwd, path), text);
  }
  expect(await runRma(['profiles', 'check'], { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
});
