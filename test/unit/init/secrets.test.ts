import { describe, expect, it } from 'vitest';
import { convertCompose } from '../../../src/core/init/convert-compose.ts';
import { readCompose } from '../../../src/core/init/read-compose.ts';
import { shippedCatalog } from '../../helpers/builders/shipped-catalog.ts';

const catalog = shippedCatalog();
const SHELL = {
  PW: 'SECRET-PW',
  PAT: 'SECRET-PAT',
  LEVEL: 'SECRET-LEVEL',
  AWS_SECRET_ACCESS_KEY: 'SECRET-AWS',
};

function converted(service: string, name = 'base', env = '') {
  const text = `services:\n  ${name}:\n    image: vllm/vllm-openai:v0.27.1\n${service}`;
  const files = readCompose([{ text, file: 'c.yml' }], {
    shell: SHELL,
    envFile: { text: env, file: '.env' },
  });
  return convertCompose({ files, catalog, names: ['c.yml'], store: null, base: null });
}

const COMMAND =
  '    command: ["--model", "org/small", "--otlp-headers=authorization=SECRET-FLAG", "--api-token", "SECRET-2"]\n';

describe('converted Compose files', () => {
  it('contain no secrets and no values of the shell', () => {
    const environment = `    environment:
      - S3_URL=https://u:\${PW}@s3/x
      - PROXY_URL=http://me:SECRET-IN-FILE@proxy:3128
      - GITHUB_PAT=\${PAT}
      - LOG=\${LEVEL}
      - AWS_SECRET_ACCESS_KEY=\${AWS_SECRET_ACCESS_KEY}
      - MODE=\${UNSET:-plain}
`;
    const { files, notices } = converted(COMMAND + environment);
    const text = [...files.values()].join('\n');
    expect(text).not.toContain('SECRET');
    expect(text).toContain('MODE: plain');
    const left = notices.map(({ message }) => message).filter((message) => message.endsWith('left out'));
    expect(left).toEqual([
      '--otlp-headers, --api-token: what looks like a secret is left out',
      expect.stringContaining('S3_URL looks like a secret'),
      expect.stringContaining('PROXY_URL looks like a secret'),
      expect.stringContaining('GITHUB_PAT looks like a secret'),
      'LOG takes its value from the shell, not from the file; left out',
      expect.stringContaining('AWS_SECRET_ACCESS_KEY looks like a secret'),
    ]);
  });

  it('contain no secrets and no values of the shell that .env repeats under another name', () => {
    const env = `DB_PASSWORD=SECRET-DB
ALIAS=\${DB_PASSWORD}
THIRD=a-$ALIAS
OTHER="x-\${AWS_SECRET_ACCESS_KEY}"
SHOWN=\${LEVEL}
`;
    const service = `    command: --model org/small --foo=\${ALIAS} --bar \${OTHER}
    environment: ["X=\${ALIAS}", "Y=\${THIRD}", "Z=\${OTHER}", "ALIAS", "OTHER", "L=\${SHOWN}", "SHOWN"]
`;
    const { files, notices } = converted(service, 'base', env);
    expect([...files.values(), ...notices.map(({ message }) => message)].join('\n')).not.toContain('SECRET');
    expect(
      notices.map(({ message }) => /^(\w+) .*left out$/.exec(message)?.[1] ?? '').filter(Boolean),
    ).toEqual(['X', 'Y', 'Z', 'ALIAS', 'OTHER', 'L', 'SHOWN']);
    expect(notices.map(({ message }) => message)).toContain(
      '--foo, --bar: what looks like a secret is left out',
    );
  });

  it('keep flags with the word token that have no secret', () => {
    const command = '    command: --model org/small --max-num-batched-tokens 8192 --tokenizer-mode auto\n';
    const { files, notices } = converted(command);
    expect(files.get('profiles/base.yaml')).toMatch(
      /--max-num-batched-tokens[\s\S]*8192[\s\S]*--tokenizer-mode/,
    );
    expect(notices.filter(({ message }) => message.includes('secret'))).toEqual([]);
  });

  it('do not contain the default of a secret', () => {
    const { files } = converted(
      `    command: --model org/small --foo=\${DB_PASSWORD:-SECRET-1} --bar \${ALIAS}
    environment: ["X=\${DB_PASSWORD-SECRET-3}", "EMPTY=\${DB_PASSWORD:-}", "Z=\${LENGTH:-1}"]
`,
      'base',
      'ALIAS=${DB_PASSWORD:-SECRET-2}\n',
    );
    expect([...files.values()].join('\n')).not.toContain('SECRET');
    expect(files.get('profiles/base.yaml')).toContain('environment:\n      EMPTY: ""\n      Z: "1"\n');
  });

  it('list each secret of a command', () => {
    const command =
      '    command: ["--model", "org/small", "--api-key", "SECRET-1", "--hf-token", "SECRET-2"]\n';
    const { notices } = converted(command);
    expect(notices.filter(({ message }) => message.startsWith('a secret in a command'))).toMatchObject([
      { where: 'c.yml:4:39' },
      { where: 'c.yml:4:64' },
    ]);
  });

  it('have no profile with the name of the catalog', () => {
    const { files } = converted('    command: ["--model", "org/small"]\n', 'models');
    expect([...files.keys()].sort()).toEqual(['profiles/own-models.yaml', 'rma.yaml']);
  });
});
