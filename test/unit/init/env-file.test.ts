import { describe, expect, it } from 'vitest';
import { convertCompose } from '../../../src/core/init/convert-compose.ts';
import { parseEnvFile } from '../../../src/core/init/env-file.ts';
import { readCompose } from '../../../src/core/init/read-compose.ts';
import { shippedCatalog } from '../../helpers/builders/shipped-catalog.ts';

const catalog = shippedCatalog();
const parse = (text: string, shell = {}) => parseEnvFile({ envFile: { text, file: '.env' }, shell });

describe('a .env file', () => {
  it('is read as Compose reads it', () => {
    const text = `# a comment

PLAIN = one two   # comment
export EXPORTED=yes
COLON: colon
LITERAL='$PLAIN # kept'
QUOTED="tab\\there ${'${PLAIN}'} \\$PLAIN" # comment
LINES="a
b"
EMPTY=
HASH=a#b
NESTED=${'${NONE:-${PLAIN}}'}
WINDOWS=crlf\r
SHELL_WINS=file
FROM_SHELL=$SHELL_WINS
`;
    expect(parse(text, { SHELL_WINS: 'shell' })).toEqual({
      variables: {
        PLAIN: 'one two',
        EXPORTED: 'yes',
        COLON: 'colon',
        LITERAL: '$PLAIN # kept',
        QUOTED: 'tab\there one two $PLAIN',
        LINES: 'a\nb',
        EMPTY: '',
        HASH: 'a#b',
        NESTED: 'one two',
        WINDOWS: 'crlf',
        SHELL_WINS: 'file',
        FROM_SHELL: 'shell',
      },
      notices: [],
    });
  });

  it('with Windows line ends has none of them in its values', () => {
    expect(parse('LINES="a\r\nb"\r\nPLAIN=c\r\n').variables).toEqual({ LINES: 'a\nb', PLAIN: 'c' });
  });

  it('has references instead of secrets in other values', () => {
    const text = 'DB_PASSWORD=SECRET-1\nALIAS=${DB_PASSWORD}\nOTHER="x-$SHELL_TOKEN"\nTHIRD=$ALIAS\n';
    const { variables } = parse(text, { SHELL_TOKEN: 'SECRET-2' });
    expect(variables).toEqual({
      DB_PASSWORD: 'SECRET-1',
      ALIAS: '${DB_PASSWORD}',
      OTHER: 'x-${SHELL_TOKEN}',
      THIRD: '${DB_PASSWORD}',
    });
  });

  it('with other lines has a note for each', () => {
    expect(parse('A=1\n\nnot a variable\nB=2\n')).toEqual({
      variables: { A: '1', B: '2' },
      notices: [{ kind: 'note', where: '.env:3:1', message: 'not NAME=VALUE; ignored' }],
    });
  });
});

describe('variables of a Compose file', () => {
  const text = `services:
  chat:
    image: vllm/vllm-openai:v0.27.1
    command: ["--model", "\${MODEL}", "--max-model-len", "\${LENGTH:-4096}", "--extra", "\${MY_TOKEN}"]
    environment:
      HF_TOKEN: \${HF_TOKEN}
      MODE: \${MODE}
      LEVEL:
      SIGNED: https://hub.example/?signed=\${MY_TOKEN}
`;
  const envFile = {
    file: 'old/.env',
    text: 'MODEL=org/small\nLENGTH=2048\nMODE=fast\nLEVEL=debug\nHF_TOKEN=hf_from_env_file\nMY_TOKEN=c2VjcmV0\n',
  };
  const convert = (shell = {}) =>
    convertCompose({
      files: readCompose([{ text, file: 'c.yml' }], { shell, envFile }),
      catalog,
      names: ['c.yml'],
      store: null,
      base: null,
    });

  it('take their values from .env, but never a secret', () => {
    const { files, notices } = convert();
    const profile = files.get('profiles/chat.yaml') ?? '';
    expect(profile).toMatch(/- hf:org\/small\n/);
    expect(profile).toMatch(/context: 2048\n/);
    expect(profile).toMatch(/environment:\n {6}MODE: fast\n {6}LEVEL: debug\n/);
    expect([...files.values(), ...notices.map(({ message }) => message)].join('\n')).not.toMatch(
      /c2VjcmV0|hf_from|--extra[ =]|signed=/,
    );
    expect(notices.map(({ message }) => message)).toEqual(
      expect.arrayContaining([
        expect.stringContaining('HF_TOKEN is visible'),
        expect.stringContaining('SIGNED looks like a secret'),
        expect.stringMatching(/^--extra.*: what looks like a secret is left out$/),
      ]),
    );
  });

  it('take them from the shell first, which is not written to a file', () => {
    const { files, notices } = convert({ MODE: 'slow' });
    expect(files.get('profiles/chat.yaml')).not.toMatch(/MODE|slow/);
    expect(notices.map(({ message }) => message)).toContain(
      'MODE takes its value from the shell, not from the file; left out',
    );
  });
});
