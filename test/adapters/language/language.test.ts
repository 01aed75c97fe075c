import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeTree } from '../../helpers/files/write-tree.ts';
import { runProcess } from '../../helpers/process/run-process.ts';

const CHECKOUT = join(import.meta.dirname, '../../..');

const PLANTED = {
  'src/core/error.ts':
    "// a folder\nexport const message = 'the container is\\nmade anew';\nexport const hint = 'ok';\n",
  'src/core/template.ts': `export const text = (path: string) =>\n  \`\${path} is a folder, and \${path} goes\n  on\`;\n`,
  'profiles/x.yaml': 'models:\n  - a # the model that is there\n',
  'docs/x.md': '# Title\n\nrma tells it.\n',
  'README.md': 'Nobody knows.\n',
};

const HARMLESS = {
  'src/core/names.ts': `import { folder } from './folder.ts';
/** Tells where a folder lies. */
export const told = folder === 'folder' ? 'beside' : \`\${folder}/\${folder}\`;
export const text = 'scaffolders foretold a pre-folder';
`,
  'src/core/folder.ts': "export const folder = 'told';\n",
  'docs/code.md': 'Set `folder: told` as in [the page](folder/told.md) or https://example.com/told.\n',
};

describe('the language check', () => {
  const root = mkdtempSync(join(tmpdir(), 'rma-language-'));
  let report: Report = { code: null, problems: [] };

  beforeAll(async () => {
    writeTree(root, { ...PLANTED, ...HARMLESS });
    report = await check(root);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it.each([
    ['src/core/error.ts:2: "anew"', 'a string'],
    ['src/core/template.ts:2: "folder"', 'a template'],
    ['src/core/template.ts:2: "goes on"', 'a phrase over two lines'],
    ['profiles/x.yaml:2: "that is there"', 'a comment of a profile'],
    ['docs/x.md:3: "tells"', 'a document'],
    ['README.md:1: "nobody"', 'a capital letter'],
    ['README.md:1: "knows"', 'a second phrase in one line'],
  ])('reports %s in %s', (problem) => {
    expect(report.problems).toContainEqual(expect.stringContaining(problem));
    expect(report.code).toBe(1);
  });

  it('reports the word to use instead', () => {
    expect(report.problems).toContain('docs/x.md:3: "tells": write reports, shows');
  });

  it('ignores comments, identifiers, values, parts of words, and code in documents', () => {
    const planted = Object.keys(PLANTED);
    expect(report.problems.filter((line) => !planted.some((file) => line.startsWith(`${file}:`)))).toEqual(
      [],
    );
    expect(report.problems.filter((line) => line.startsWith('src/core/error.ts:1'))).toEqual([]);
  });
});

describe('the language check of another tree', () => {
  const root = mkdtempSync(join(tmpdir(), 'rma-language-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('passes if no text has a listed phrase', async () => {
    writeTree(root, HARMLESS);
    expect(await check(root)).toEqual({ code: 0, problems: [] });
  });

  it('fails if it finds no file', async () => {
    const empty = join(root, 'empty');
    writeTree(empty, { 'src/x.txt': 'told' });
    expect((await check(empty)).code).toBe(1);
  });
});

interface Report {
  readonly code: number | null;
  readonly problems: readonly string[];
}

async function check(root: string): Promise<Report> {
  const script = join(CHECKOUT, 'scripts/check-language.mjs');
  const { code, stderr } = await runProcess(process.execPath, [script, root]);
  return { code, problems: stderr.split('\n').filter((line) => line !== '') };
}
