import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeTree } from '../../helpers/files/write-tree.ts';
import { PATIENCE } from '../../helpers/patience.ts';
import { runProcess } from '../../helpers/process/run-process.ts';
import { HARMLESS, IMPORTS, IMPURE, REVIEW } from './planted.ts';

const CHECKOUT = join(import.meta.dirname, '../../..');
const PACKAGES = [
  ...['chalk', 'commander', 'croner', 'ora', 'string-width'],
  ...['dockerode', 'fast-xml-parser', 'systeminformation', 'tar-stream', 'undici'],
  ...['yaml', 'zod', 'left-pad'],
];

describe('the layer check', () => {
  const root = mkdtempSync(join(tmpdir(), 'rma-layers-'));
  const planted = [...IMPORTS, ...IMPURE];
  let report: Report = { code: null, problems: [] };

  beforeAll(async () => {
    writeTree(root, {
      ...HARMLESS,
      ...packages(PACKAGES),
      'src/core/unplaced/u.ts': '',
      'src/core/notes.json': '{}',
    });
    writeTree(root, Object.fromEntries(planted.map(({ file, code }) => [file, code])));
    report = await check(root);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it.each(planted)('reports $problem for `$code`', ({ file, problem }) => {
    expect(report.problems.filter((line) => line.includes(file) && line.includes(problem))).not.toEqual([]);
    expect(report.code).toBe(1);
  });

  it('reports nothing for files that follow the rules', () => {
    const harmless = Object.keys(HARMLESS);
    const blamed = report.problems.filter((line) => harmless.some((file) => line.includes(`${file} ->`)));
    expect(blamed).toEqual([]);
    expect(report.problems.filter((line) => line.includes('pure-code') && line.includes('/ok'))).toEqual([]);
  });

  it('reports a directory of core that is missing from the order', () => {
    expect(report.problems).toContain(
      'core-order: src/core/unplaced is missing in scripts/layers/core-order.cjs',
    );
  });

  it('reports a file that it did not check', () => {
    expect(report.problems).toContain('not seen by the layer check: src/core/notes.json');
  });
});

describe('the layer check of a copy', () => {
  const root = mkdtempSync(join(tmpdir(), 'rma-layers-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('fails on a tree without files', async () => {
    const empty = join(root, 'empty');
    mkdirSync(join(empty, 'src'), { recursive: true });
    writeTree(empty, packages(PACKAGES));
    expect((await check(empty)).code).toBe(1);
  });

  it(
    'reports all five violations of the review at once',
    async () => {
      cpSync(join(CHECKOUT, 'src'), join(root, 'src'), { recursive: true });
      writeTree(root, packages(PACKAGES));
      for (const { file, code } of REVIEW) appendFileSync(join(root, file), `\n${code}\n`);
      const { code, problems } = await check(root);
      expect(code).toBe(1);
      for (const { problem } of REVIEW) expect(problems.join('\n')).toContain(problem);
      const rules = problems.map((line) => line.split(':')[0]).filter((rule) => rule !== 'no-cycles');
      expect(rules.toSorted()).toEqual([
        'cli-has-no-outside',
        'core-order',
        'fetch-stands-alone',
        'ports-are-interfaces',
        'pure-code',
        'pure-code',
        'pure-code',
        'steps-below-verbs',
      ]);
      // all modules of rma are read
    },
    PATIENCE.timeout,
  );
});

interface Report {
  readonly code: number | null;
  readonly problems: readonly string[];
}

async function check(root: string): Promise<Report> {
  const script = join(CHECKOUT, 'scripts/check-layers.mjs');
  const { code, stderr } = await runProcess(process.execPath, [script, root]);
  return { code, problems: stderr.split('\n').filter((line) => line !== '') };
}

/** Files in packages that src imports by path. */
const SUBPATHS = ['zod/mini.js', 'systeminformation/lib/memory.js', 'systeminformation/lib/filesystem.js'];

/** Returns empty packages with the given names, as dependencies of the tree. */
function packages(names: readonly string[]): Readonly<Record<string, string>> {
  const own = {
    name: 'tree',
    type: 'module',
    devDependencies: Object.fromEntries(names.map((n) => [n, '1.0.0'])),
  };
  const files = names.flatMap((name) => [
    [`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' })],
    [`node_modules/${name}/index.js`, ''],
  ]);
  return {
    'package.json': JSON.stringify(own),
    ...Object.fromEntries([...files, ...SUBPATHS.map((path) => [`node_modules/${path}`, ''])]),
  };
}
