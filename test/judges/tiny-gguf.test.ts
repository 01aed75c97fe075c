import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readGgufFacts } from '../../src/core/estimate/gguf-facts.ts';
import { judgeHome, runJudge } from '../helpers/judges/judges.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';

const READ = `
import json, sys
from gguf import GGUFReader
reader = GGUFReader(sys.argv[1])
text = lambda key: reader.fields[key].contents()
print(json.dumps({
  'architecture': text('general.architecture'),
  'name': text('general.name'),
  'layers': text('llama.block_count'),
  'tokens': len(text('tokenizer.ggml.tokens')) == text('llama.vocab_size'),
  'tensors': len(reader.tensors),
  'output': [int(size) for size in reader.tensors[-1].shape],
  'parameters': sum(int(tensor.n_elements) for tensor in reader.tensors),
  'finite': all(bool((abs(tensor.data) < 10).all()) for tensor in reader.tensors),
}))
`;

async function read(file: Uint8Array) {
  const path = join(judgeHome(), 'tiny.gguf');
  writeFileSync(path, file);
  return runJudge('gguf', ['python', '-c', READ, path]);
}

describe('the gguf package', () => {
  it.each([
    ['the smallest tiny GGUF', undefined],
    ['one of an odd size', 5_000_003],
  ])('reads %s', async (_, bytes) => {
    const file = tinyGguf({ name: 'test', ...(bytes !== undefined && { bytes }) });
    const { stdout, stderr } = await read(file);
    const ours = readGgufFacts(file, file.length);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      architecture: 'llama',
      name: 'test',
      layers: 3,
      tokens: true,
      tensors: 30,
      output: [96, 314],
      parameters: ours.state === 'done' ? ours.facts.parameters : ours,
      finite: true,
    });
  });

  it('rejects a truncated file', async () => {
    expect(await read(tinyGguf().slice(0, -1000))).toMatchObject({ code: 1 });
  });
});
