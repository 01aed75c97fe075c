import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

// Options and variables of a release; the stand-in engines accept the same (test/standins/engines/releases).

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const RELEASES = here('../../standins/engines/releases');

interface EngineFile {
  readonly image: string;
  readonly [key: string]: unknown;
}

function engine(name: string): EngineFile {
  return parse(readFileSync(here(`../../../compose/engines/${name}.yaml`), 'utf8')) as EngineFile;
}

function release(name: string): { readonly version: string; readonly words: ReadonlySet<string> } {
  const file = readdirSync(RELEASES).find((each) => each.startsWith(`${name}-`)) ?? '';
  const lines = readFileSync(`${RELEASES}/${file}`, 'utf8').split('\n');
  const words = lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(' ')[0] ?? '');
  return { version: file.slice(name.length + 1, -'.txt'.length), words: new Set(words) };
}

describe('the engine files', () => {
  it.each(['vllm', 'tei', 'ollama'])('%s uses the recorded release', (name) => {
    expect(engine(name).image).toContain(release(name).version);
  });

  it.each(['vllm', 'tei'])('%s uses only options of its release', (name) => {
    const lists = Object.entries(engine(name)).filter(([key]) => /(^|_)command$/.test(key));
    const options = lists
      .flatMap(([, list]) => list as readonly string[])
      .filter((word) => word.startsWith('-'));
    expect(options).not.toEqual([]);
    expect(options.filter((option) => !release(name).words.has(option))).toEqual([]);
  });

  it('ollama uses only environment variables of its release', () => {
    const sets = Object.entries(engine('ollama')).filter(([key]) => /(^|_)environment$/.test(key));
    const names = sets
      .flatMap(([, set]) => Object.keys(set as object))
      .filter((name) => name.startsWith('OLLAMA_'));
    expect(names).not.toEqual([]);
    expect(names.filter((name) => !release('ollama').words.has(name))).toEqual([]);
  });
});
