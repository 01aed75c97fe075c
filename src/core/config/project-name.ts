/** True for names that Docker Compose takes as a project. */
export function isProjectName(text: string): boolean {
  return /^[a-z0-9][a-z0-9_-]*$/.test(text);
}

/** The text as a project name, by the rule of Docker Compose: lower case, other signs left out. Null when nothing remains. */
export function toProjectName(text: string): string | null {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '');
  return name === '' ? null : name;
}
