import { readFile } from 'node:fs/promises';
import { cpus, release, totalmem } from 'node:os';
import { describe, expect, it } from 'vitest';
import { EXIT_MEANINGS } from '../../src/cli/help/exit-meanings.ts';
import { resolveConfig } from '../../src/core/config/resolve-config.ts';
import { ALL_SETTINGS } from '../../src/core/config/settings.ts';
import { EXIT } from '../../src/core/errors.ts';
import { readYaml } from '../../src/core/yaml/read-yaml.ts';
import { withFile } from '../helpers/builders/config-sources.ts';
import { runRma } from '../helpers/cli/run-rma.ts';

const page = async (topic: string): Promise<string> => (await runRma(['help', topic])).stdout;
const doc = (name: string): Promise<string> =>
  readFile(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

describe('rma help exit-codes', () => {
  it('lists every exit code, like docs/exit-codes.md', async () => {
    const [text, markdown] = [await page('exit-codes'), await doc('exit-codes.md')];
    expect(EXIT_MEANINGS.map(({ code }) => code)).toEqual(Object.values(EXIT));
    for (const { code, meaning } of EXIT_MEANINGS) {
      expect(text).toMatch(new RegExp(`^ +${code}  `, 'm'));
      expect(text.replaceAll(/\s+/g, ' ')).toContain(meaning);
      expect(markdown).toContain(`| ${code} | ${meaning} |`);
    }
  });
});

describe('settings', () => {
  it('are all listed by rma help settings, and their variables by rma help environment', async () => {
    const [settings, environment] = [await page('settings'), await page('environment')];
    for (const { key, flags, env } of ALL_SETTINGS) {
      expect(settings).toContain(`\n${key}\n`);
      if (flags !== null) expect(settings).toContain(flags);
      for (const name of env) expect(environment).toMatch(new RegExp(`\\b${name} +${key}\\b`));
    }
  });

  it('match the table of docs/config.md', async () => {
    const rows = [...(await doc('config.md')).matchAll(/^\| `([a-z_.]+)` \|.*$/gm)].map(([row]) => row);
    const expected = ALL_SETTINGS.map(({ key, flags, env, description, fallbackText }) => {
      const options = flags === null ? '' : `\`${flags}\``;
      return `| \`${key}\` | ${options} | ${env.map((name) => `\`${name}\``).join(', ')} | ${description} | ${fallbackText} |`;
    });
    expect(rows).toEqual(expected);
  });

  it('are all used in the example of docs/config.md, which is valid', async () => {
    const example = /^```yaml\n(# rma\.yaml.*?)^```$/ms.exec(await doc('config.md'))?.[1] ?? '';
    const { origins } = resolveConfig(withFile(example));
    for (const { key } of ALL_SETTINGS) expect([key, origins[key]?.from]).toEqual([key, 'file']);
  });

  it('each have a valid example', () => {
    for (const { key, example } of ALL_SETTINGS) {
      const [first, second] = key.split('.');
      const text = second === undefined ? `${first}: ${example}\n` : `${first}:\n  ${second}: ${example}\n`;
      expect(readYaml({ text, file: key }).faults).toEqual([]);
      expect(resolveConfig(withFile(text)).origins[key]).toMatchObject({ from: 'file' });
    }
  });
});

describe('rma version', () => {
  it('prints the versions of rma and Node.js, even without Docker', async () => {
    const { exitCode, stdout } = await runRma(['version', '--json'], { env: { PATH: '/nonexistent' } });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'rma.version/v1',
      rma: expect.any(String),
      node: process.versions.node,
      docker: null,
    });
  });

  it('describes this machine', async () => {
    const json = await runRma(['version', '--json'], { env: { PATH: '/nonexistent' } });
    expect(JSON.parse(json.stdout)).toMatchObject({
      kernel: release(),
      architecture: process.arch,
      cores: cpus().length,
      memoryBytes: totalmem(),
    });
    const { stdout } = await runRma(['version'], { env: { PATH: '/nonexistent' } });
    expect(stdout).toMatch(/^host +\d+ cores, [\d.]+ [GT]iB of RAM$/m);
  });
});
