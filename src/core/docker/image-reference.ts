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

/** Returns those of the references that are among the images, which are listed by `imageKey`. */
export function presentImages(
  images: ReadonlySet<string>,
  references: readonly string[],
): ReadonlySet<string> {
  return new Set(references.filter((reference) => images.has(imageKey(reference))));
}
