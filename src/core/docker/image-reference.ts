const HUB = /^(?:docker\.io|index\.docker\.io)\//;
const OFFICIAL = /^library\//;

/**
 * Returns the short form in which Docker lists an image: without the registry of Docker Hub, with `:latest` where a
 * reference has no tag, and with the digest alone where it has one (`docker.io/library/node` is `node:latest`).
 */
export function imageKey(reference: string): string {
  if (reference.startsWith('sha256:')) return reference;
  const short = reference.replace(HUB, '').replace(OFFICIAL, '');
  const [name = '', digest] = short.split('@');
  const tagged = /:[^/:]*$/.test(name);
  if (digest !== undefined) return `${tagged ? name.replace(/:[^/:]*$/, '') : name}@${digest}`;
  return tagged ? name : `${name}:latest`;
}

/**
 * Returns the names of an image, in the form of `imageKey`: its tags, its digests, and each tag with the digest that its
 * registry has for it (`node:24@sha256:…`).
 */
export function imageKeys(tags: readonly string[], digests: readonly string[]): readonly string[] {
  const pinned = tags.flatMap((tag) =>
    digests.flatMap((each) => {
      const [name, digest] = imageKey(each).split('@');
      const key = imageKey(tag);
      return key.replace(/:[^/:]*$/, '') === name ? [`${key}@${digest}`] : [];
    }),
  );
  return [...[...tags, ...digests].map(imageKey), ...pinned];
}

/** Returns the digest of an image among those of an engine; null if it is not there, or has none, as one that was built. */
export function imageDigest(images: ReadonlySet<string>, reference: string): string | null {
  const [, named] = reference.split('@');
  if (named !== undefined) return named;
  const prefix = `${imageKey(reference)}@`;
  const found = [...images].find((key) => key.startsWith(prefix));
  return found === undefined ? null : found.slice(prefix.length);
}

/** Returns those of the references that are among the images, which are listed by `imageKey`. */
export function presentImages(
  images: ReadonlySet<string>,
  references: readonly string[],
): ReadonlySet<string> {
  return new Set(references.filter((reference) => images.has(imageKey(reference))));
}
