import { type Content, type ContentSource, contentOf, sha256Of } from '../content.ts';

/** A layer of an Ollama model: `model`, `template`, `params`, `projector`, `license`, … */
export interface OllamaLayerSpec {
  readonly kind: string;
  readonly content: ContentSource;
}

/** An Ollama model as data. The same data has the same manifest. */
export interface OllamaModelSpec {
  readonly layers: readonly OllamaLayerSpec[];
  /** The configuration, as JSON. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Changes the served manifest; its blobs are unchanged. */
  readonly manifest?: (manifest: string) => string;
}

export interface OllamaModel {
  /** The manifest as sent. */
  readonly manifest: string;
  /** All blobs ever published under this name, by sha256. */
  readonly blobs: ReadonlyMap<string, Content>;
  /** sha256 of the layers in the current manifest, by kind; the last one of each kind. */
  readonly sha256: Readonly<Record<string, string>>;
}

/** Builds the model; the blobs of `before`, its previous version, stay reachable. */
export function buildOllamaModel(spec: OllamaModelSpec, before?: OllamaModel): OllamaModel {
  const config = entryOf('application/vnd.docker.container.image.v1+json', JSON.stringify(spec.config));
  const layers = spec.layers.map(({ kind, content }) =>
    entryOf(`application/vnd.ollama.image.${kind}`, content),
  );
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    config: config.entry,
    layers: layers.map(({ entry }) => entry),
  });
  const all = [config, ...layers];
  return {
    manifest: spec.manifest?.(manifest) ?? manifest,
    blobs: new Map([...(before?.blobs ?? []), ...all.map(({ hex, content }) => [hex, content] as const)]),
    sha256: Object.fromEntries([
      ['config', config.hex],
      ...spec.layers.map(({ kind }, index) => [kind, layers[index]?.hex ?? '']),
    ]),
  };
}

function entryOf(mediaType: string, source: ContentSource) {
  const content = contentOf(source);
  const hex = sha256Of(content);
  return { content, hex, entry: { mediaType, digest: `sha256:${hex}`, size: content.size } };
}
