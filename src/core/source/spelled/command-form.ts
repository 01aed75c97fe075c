/** A command of another tool: the model that it names, or why it names no single one. */
export type CommandForm =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'other'; readonly what: string; readonly refs: readonly string[] };

/** Commands that fetch or serve a model: the words before its name, and the scheme of a name without one. */
const COMMANDS: readonly (readonly [words: RegExp, scheme: string])[] = [
  [/^ollama\s+(?:run|pull|show)\s+/i, 'ollama:'],
  [/^(?:hf|huggingface-cli)\s+download\s+/i, 'hf:'],
  [/^vllm\s+serve\s+/i, 'hf:'],
  [/^modelscope\s+download\s+(?:--model[\s=]+)?/i, 'ms:'],
  [/^git\s+(?:lfs\s+)?clone\s+/i, ''],
];

/** Returns the model that a command of another tool names, with its scheme; null for another text. */
export function commandForm(text: string): CommandForm | null {
  if (/^docker\s+(?:model\s+)?(?:pull|run)\s/i.test(text)) {
    return { kind: 'other', what: 'a command for images of a container registry', refs: [] };
  }
  for (const [words, scheme] of COMMANDS) {
    const [start] = words.exec(text) ?? [];
    if (start !== undefined) return named(scheme, text.slice(start.length).split(/\s+/).filter(Boolean));
  }
  return null;
}

/** The words after the command: a model, and for one tool a file of it. */
function named(scheme: string, [model = '', file, ...more]: readonly string[]): CommandForm {
  const hasScheme = /^(?:https?:\/\/|hf:|ms:|ollama:)/i.test(model);
  const name = hasScheme ? model : `${scheme}${model}`;
  if (!/^\w/.test(model)) return { kind: 'other', what: 'a command with options', refs: [] };
  if (file === undefined) return { kind: 'name', name };
  const isOneFile = scheme === 'hf:' && !file.startsWith('-') && more.length === 0;
  return isOneFile
    ? { kind: 'name', name: `${name}:${file}` }
    : { kind: 'other', what: 'a command with options', refs: [name] };
}
