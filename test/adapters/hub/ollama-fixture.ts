import { createHash } from 'node:crypto';
import { parseModelRef } from '../../../src/core/source/parse-ref.ts';
import { testSource } from '../../helpers/store/test-source.ts';
import type { OllamaModelSpec } from '../../hub/ollama/models.ts';
import { hubForTest } from '../hub-server/hub-fixture.ts';

export const WEIGHTS = 'GGUF weights';
export const model: OllamaModelSpec = {
  layers: [
    { kind: 'model', content: WEIGHTS },
    { kind: 'license', content: 'free' },
    { kind: 'template', content: '{{ .Prompt }}' },
    { kind: 'params', content: 'free' },
  ],
  config: { model_format: 'gguf', model_family: 'llama' },
};

/** Starts a hub with `library/tiny:latest` as given, and a source that reads from it. */
export async function setUp(spec: OllamaModelSpec = model) {
  const hub = await hubForTest({ ollama: { 'library/tiny:latest': spec, 'me/tiny:q4': model } });
  const source = testSource('ollama', { endpoint: `${hub.endpoint}/` });
  const resolve = (text: string) => source.resolve(parseModelRef(text));
  return { hub, source, resolve };
}

export const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
