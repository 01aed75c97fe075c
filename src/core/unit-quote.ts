const utf8 = new TextEncoder();

/** Returns the value of ExecStart=, in the syntax of systemd.service(5). */
export function execStart([program, ...args]: readonly [string, ...string[]]): string {
  return [unitWord(program), ...args.map(argument)].join(' ');
}

/** Returns the Environment= lines for these variables, in the syntax of systemd.exec(5). */
export function environmentLines(environment: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(environment).map(([name, value]) => `Environment=${unitWord(`${name}=${value}`)}`);
}

/** Returns an argument as ExecStart= quotes it: `$` starts a variable there, but not in the program and in Environment=. */
function argument(text: string): string {
  return unitWord(text.replaceAll('$', '$$$$'));
}

/** Returns a word as unit files quote it, with C escapes; `%` is a specifier there. */
function unitWord(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('%', '%%')
    .replace(/\p{Cc}/gu, (char) => [...utf8.encode(char)].map(hexadecimal).join(''));
  return /^[\w@%+=:,./-]+$/.test(escaped) ? escaped : `"${escaped}"`;
}

function hexadecimal(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}
