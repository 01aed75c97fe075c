import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const COMMIT = 'a'.repeat(40);
export const OTHER = 'b'.repeat(40);

/** Returns 64 hexadecimal digits. */
export function sha(digit: string): string {
  return digit.repeat(64);
}

/** Writes a file of a store, with its path as the default content. Returns its absolute path. */
export function plantFile(root: string, path: string, data: string | Buffer = path): string {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), data);
  return join(root, path);
}

/** Writes a snapshot as `hf download` does: path → name of the blob, whose content is 11 bytes longer than its name. */
export function plantSnapshot(
  root: string,
  { repo, commit }: { readonly repo: string; readonly commit: string },
  files: Readonly<Record<string, string>>,
): void {
  const folder = `huggingface/hub/models--${repo.replace('/', '--')}`;
  for (const [path, hex] of Object.entries(files)) {
    plantFile(root, `${folder}/blobs/${hex}`, `content of ${hex}`);
    const link = join(root, folder, 'snapshots', commit, path);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(`${'../'.repeat(path.split('/').length + 1)}blobs/${hex}`, link);
  }
}

/** Returns a manifest of Ollama over blobs of 75 bytes. */
export function ollamaManifest(layers: readonly string[], config: string): string {
  const blob = (hex: string, mediaType: string) => ({ mediaType, digest: `sha256:${hex}`, size: 75 });
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    config: blob(config, 'application/vnd.docker.container.image.v1+json'),
    layers: layers.map((hex) => blob(hex, 'application/vnd.ollama.image.model')),
  });
}
