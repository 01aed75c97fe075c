import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SETTINGS } from '../../../src/core/config/settings.ts';
import { HUB_TOKEN_SECRET } from '../../../src/core/domain/secret-names.ts';
import { formatModelRef, parseModelRef } from '../../../src/core/source/parse-ref.ts';
import { REPOSITORY_SOURCES } from '../../../src/core/source/repository-sources.ts';
import { MAIN_SOURCES, SOURCES, sourceOf, TOKEN_SECRETS } from '../../../src/core/source/sources.ts';

const SRC = join(import.meta.dirname, '../../../src');

/** Files that may name a source: the settings, whose keys are stable, and their token; the URIs of a chart, which are its own. */
const NAMED = ['core/config/resolve-config.ts', 'core/config/show-config.ts', 'core/kubernetes/llm-d-uri.ts'];

describe('the sources', () => {
  it('have unique ids, schemes, directories and secrets', () => {
    for (const values of [
      SOURCES.map(({ id }) => id),
      SOURCES.flatMap(({ schemes }) => schemes),
      SOURCES.map(({ store }) => store.directory),
      TOKEN_SECRETS,
    ]) {
      expect(values.length).toBeGreaterThan(0);
      expect(new Set(values).size).toBe(values.length);
    }
    expect(TOKEN_SECRETS).toContain(HUB_TOKEN_SECRET);
  });

  it('with repositories are those that the settings accept', () => {
    const ofRepositories = MAIN_SOURCES.filter(({ grammar }) => grammar.includes(':org/repo'));
    for (const { parse, schemes } of ofRepositories)
      expect(parse(`${schemes[0]}:org/name`)['repo']).toBe('org/name');
    expect(REPOSITORY_SOURCES).toEqual(ofRepositories.map(({ id }) => id));
    for (const { copy } of ofRepositories) expect(copy).toBeDefined();
  });

  it('explain each form of a reference, which starts with one of their schemes', () => {
    for (const { schemes, help } of MAIN_SOURCES) {
      expect(help.length).toBeGreaterThan(0);
      for (const [form, meaning] of help) {
        expect(schemes.some((scheme) => form.startsWith(`${scheme}:`)) || form.startsWith('…')).toBe(true);
        expect(meaning).toMatch(/^\w.{10,}/);
      }
    }
  });

  it('have the documented default URLs', () => {
    const settings = {
      hf: 'hubEndpoint',
      ollama: 'ollamaEndpoint',
      ms: 'modelscopeEndpoint',
      docling: 'githubEndpoint',
    } as const;
    for (const [source, setting] of Object.entries(settings)) {
      expect(SETTINGS[setting].fallback).toBe(sourceOf({ source }).endpoint?.fallback);
    }
  });

  it.each([
    'hf:org/repo',
    'ms:org/repo@v1:*.gguf',
    'ollama:llava:7b',
    'https://a.example/m.gguf',
    'hf:org/repo@v1:*.json#layout=plain',
    'docling:default',
    'docling:layout,easyocr@2.143',
  ])('match %s by its scheme and format it unchanged', (text) => {
    const ref = parseModelRef(text);
    expect(sourceOf(ref).format(ref)).toBe(text);
    expect(formatModelRef(ref)).toBe(text);
  });

  it('are not referenced by name elsewhere in rma', () => {
    const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && !file.startsWith('core/source/') && !NAMED.includes(file),
    );
    const id = /(?:source|reads|id)\b[^\n]{0,20}'(?:hf|ms|ollama|url)'|['"`](?:hf|ms)['"`:]/;
    const code = (file: string) =>
      readFileSync(join(SRC, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    const naming = files.filter((file) => id.test(code(file)));
    expect(naming).toEqual([]);
  });
});
