/** Returns a value as JSON, for messages. A value that is nested too deeply for the stack is only named. */
export function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? typeof value;
  } catch {
    return 'a deeply nested value';
  }
}
