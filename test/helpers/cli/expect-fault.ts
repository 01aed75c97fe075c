import { expect } from 'vitest';

export interface Fault {
  readonly exitCode: number;
  readonly code: string;
  /** text that message and hint must contain */
  readonly words?: readonly string[];
  /** whether the output is JSON */
  readonly json?: boolean;
}

interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Checks that a command failed with this error, as text or JSON, and printed nothing else. */
export function expectFault(ended: Ended, fault: Fault): void {
  expect([ended.exitCode, ended.stdout], ended.stderr).toEqual([fault.exitCode, '']);
  const { code, message, hint } = fault.json ? asDocument(ended.stderr) : asText(ended.stderr);
  expect(code).toBe(fault.code);
  for (const word of fault.words ?? []) expect(`${message}\n${hint}`).toContain(word);
  expect(message).not.toBe('');
  expect(hint ?? '', 'a hint that mends it').not.toBe('');
  expect(ended.stderr).not.toMatch(/\n\s+at |node:internal/);
}

interface Told {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

function asDocument(stderr: string): Told {
  const document = JSON.parse(stderr) as { readonly schema: string; readonly error: Told };
  expect(document.schema).toBe('rma.error/v1');
  return document.error;
}

function asText(stderr: string): Told {
  expect(stderr.match(/^error: /gm)).toHaveLength(1);
  const [, message = '', hint = '', code = ''] =
    /^error: (.*?)(?:\n {2}hint: (.*))?\n {2}code: (\w+)\n$/ms.exec(stderr) ?? [];
  return { code, message, hint };
}
