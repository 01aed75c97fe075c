import type { RepoSpec } from './repos.ts';
import { tinyGguf } from './tiny-gguf.ts';

const README = `---
license: apache-2.0
pipeline_tag: text-generation
---
# A stand-in

A tiny llama with random weights under the name of the model that the catalog names. It answers, but with random words.
`;

/** The repository of the quickstart model, with the same name and files as on the real hub. */
export function quickstartRepos(): Readonly<Record<string, RepoSpec>> {
  return {
    'Qwen/Qwen2.5-0.5B-Instruct-GGUF': {
      files: {
        '.gitattributes': '*.gguf filter=lfs diff=lfs merge=lfs -text\n',
        'README.md': README,
        'qwen2.5-0.5b-instruct-q4_k_m.gguf': tinyGguf({ name: 'qwen2.5-0.5b-instruct stand-in' }),
      },
    },
  };
}
