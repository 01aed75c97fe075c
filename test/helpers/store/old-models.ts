import { setAge } from './cache-fixture.ts';
import { COMMIT, ollamaManifest, plantFile, plantSnapshot, sha } from './foreign-store.ts';

/** Directory of the repository `org/name` in a store. */
export const HUB = 'huggingface/hub/models--org--name';
/** Directory of the manifests of Ollama models in a store. */
export const MANIFESTS = 'ollama/manifests/registry.ollama.ai/library';

/** Returns the path of the Ollama blob with a hash of this digit. */
export function blob(digit: string): string {
  return `ollama/blobs/sha256-${sha(digit)}`;
}

/** Plants an old commit with a branch. */
export function plantHub(root: string): void {
  plantSnapshot(root, { repo: 'org/name', commit: COMMIT }, { 'w.gguf': sha('1'), 'sub/x.json': sha('2') });
  plantFile(root, `${HUB}/refs/main`, COMMIT);
  setAge(root, 40, `${HUB}/blobs/${sha('1')}`, `${HUB}/blobs/${sha('2')}`);
}

/** Plants two tags that share a blob: `a` is old. */
export function plantOllama(root: string): void {
  for (const digit of ['3', '4', '5']) plantFile(root, blob(digit), 'x'.repeat(75));
  plantFile(root, `${MANIFESTS}/a/latest`, ollamaManifest([sha('3')], sha('4')));
  plantFile(root, `${MANIFESTS}/b/latest`, ollamaManifest([sha('3')], sha('5')));
  setAge(root, 40, blob('3'), blob('4'));
}
