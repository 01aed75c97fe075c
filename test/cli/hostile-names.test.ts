import { mkdtempSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { startHub } from '../hub/hub.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';

const PARTS = [
  ...[
    '',
    '.',
    '..',
    '../../etc/passwd',
    'a/../../b',
    '/etc/passwd',
    '//server/share',
    'C:\\Windows',
    'a\\..\\b',
  ],
  ...[
    'a\0b',
    'a\nb',
    'a\r\nX: y',
    'a\tb',
    '\u001b[31mred',
    'a\u202eb',
    'a\u200bb',
    '\ufeffa',
    '\ud800',
    '😀',
    'é',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'CON',
    'aux.gguf',
    'a.',
    'a ',
    ' a',
    '-rf',
    '--json',
    '--',
    '-',
  ],
  ...[
    '$(id)',
    '`id`',
    '$HOME',
    '~root',
    `a'b"c`,
    'a;b|c&d',
    'a>b<c',
    '*',
    '**',
    '{a,b}',
    '[',
    '[!a]',
    '(?:a)',
  ],
  ...[
    '%2e%2e%2f',
    '%00',
    '%',
    'a?b=c',
    'a#b',
    'a@b',
    '@',
    ':',
    'a:b:c',
    '::',
    'x'.repeat(300),
    'x/'.repeat(200),
  ],
  ...[
    'http://127.0.0.1:1/a',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'null',
    'undefined',
    'NaN',
    '1e999',
  ],
];

const FORMS: Readonly<Record<string, (part: string, hub: string) => string>> = {
  'a name': (part) => part,
  'a repository': (part) => `hf:org/${part}`,
  'an organization': (part) => `hf:${part}/repo`,
  'a revision': (part) => `hf:org/repo@${part}`,
  'a pattern': (part) => `hf:org/repo:${part}`,
  'a ModelScope repository': (part) => `ms:org/${part}`,
  'an Ollama model': (part) => `ollama:ns/${part}`,
  'an Ollama tag': (part) => `ollama:ns/model:${part}`,
  'a file name': (part, hub) => `${hub}/files/tiny.gguf#as=${part}`,
  'a set': (part, hub) => `${hub}/files/tiny.gguf#set=${part}`,
};

let endpoint = '';
beforeAll(async () => {
  const files = { 'tiny.gguf': tinyGguf() };
  const hub = await startHub({ repos: { 'org/repo': { files } }, files });
  endpoint = hub.endpoint;
  return () => hub.close();
});

describe.each(Object.entries(FORMS))('hostile text as %s', (_form, write) => {
  it.each(PARTS)('[case F24] is refused with a code of its own or stored safely: %j', async (part) => {
    // two levels below /tmp: nothing else writes to its parent
    const dir = mkdtempSync(join(tempFolder(), 'work-'));
    const env = {
      HOME: dir,
      HF_ENDPOINT: endpoint,
      RMA_OLLAMA_ENDPOINT: endpoint,
      MODELSCOPE_ENDPOINT: endpoint,
    };
    const name = write(part, endpoint);
    const { exitCode, stdout, stderr } = await runRma(
      ['models', 'pull', '--dest', join(dir, 'in/store'), '--', name],
      { cwd: dir, env },
    );
    expect(stderr).not.toContain('RMA_INTERNAL_FAULT');
    if (exitCode !== 0) expect(stderr).toMatch(/code: RMA_[A-Z_]+|\(RMA_[A-Z_]+\)/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal must not get
    expect(stdout + stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f\u200b\u202e\ufeff\ud800]/);
    expect(readdirSync(dir).filter((entry) => entry !== 'in')).toEqual([]);
    expect(readdirSync(dirname(dir))).toEqual([basename(dir)]);
  });
});
