/** A line of code that breaks a rule: its file, the code, and the problem that the check reports. */
export interface Planted {
  readonly file: string;
  readonly code: string;
  readonly problem: string;
}

/** Returns an import that breaks `rule`; `from` is the module as the code names it, `to` as the check reports it. */
function forbiddenImport(rule: string, file: string, [from, to]: readonly [string, string]): Planted {
  return { file, code: `import '${from}';`, problem: `${rule}: ${file} -> ${to}` };
}

function impure(code: string, name: string): Planted {
  return { file: '', code, problem: `uses ${name}` };
}

/** Five violations from a review that no check reported at the time. */
export const REVIEW: readonly Planted[] = [
  forbiddenImport('ports-are-interfaces', 'src/ports/clock.ts', ['node:fs', 'fs']),
  forbiddenImport('fetch-stands-alone', 'src/app/fetch/slots.ts', ['../up.ts', 'src/app/up.ts']),
  {
    file: 'src/core/units.ts',
    code: 'export const seed = Date.now() + Math.random() + process.pid;',
    problem: 'pure-code: src/core/units.ts',
  },
  forbiddenImport('cli-has-no-outside', 'src/cli/render/table.ts', ['node:fs', 'fs']),
  forbiddenImport('core-order', 'src/core/gpu/users.ts', ['../plan/plan-up.ts', 'src/core/plan/plan-up.ts']),
];

/** Forbidden imports, each in its own file in a small tree. */
export const IMPORTS: readonly Planted[] = [
  forbiddenImport('core-imports', 'src/core/plan/a1.ts', ['../../ports/p.ts', 'src/ports/p.ts']),
  forbiddenImport('core-is-pure', 'src/core/plan/a2.ts', ['node:fs', 'fs']),
  forbiddenImport('core-is-pure', 'src/core/plan/a3.ts', ['undici', 'node_modules/undici/index.js']),
  forbiddenImport('core-order', 'src/core/a4.ts', ['./yaml/y.ts', 'src/core/yaml/y.ts']),
  forbiddenImport('core-order', 'src/core/gpu/a5.ts', ['../yaml/y.ts', 'src/core/yaml/y.ts']),
  forbiddenImport('core-order', 'src/core/domain/a6.ts', ['../yaml/y.ts', 'src/core/yaml/y.ts']),
  forbiddenImport('ports-imports', 'src/ports/b1.ts', ['../app/verb.ts', 'src/app/verb.ts']),
  forbiddenImport('ports-are-interfaces', 'src/ports/b2.ts', ['node:stream', 'stream']),
  forbiddenImport('ports-are-interfaces', 'src/ports/b3.ts', ['zod', 'node_modules/zod/index.js']),
  forbiddenImport('app-imports', 'src/app/c1.ts', ['../cli/command.ts', 'src/cli/command.ts']),
  forbiddenImport('app-has-no-outside', 'src/app/c2.ts', ['node:path', 'path']),
  forbiddenImport('app-has-no-outside', 'src/app/c3.ts', ['zod', 'node_modules/zod/index.js']),
  forbiddenImport('fetch-stands-alone', 'src/app/fetch/c4.ts', ['../plan/s.ts', 'src/app/plan/s.ts']),
  forbiddenImport('serve-stands-alone', 'src/app/serve/c8.ts', ['../plan/s.ts', 'src/app/plan/s.ts']),
  forbiddenImport('scheduled-stands-alone', 'src/app/scheduled/c9.ts', ['../plan/s.ts', 'src/app/plan/s.ts']),
  forbiddenImport('steps-below-verbs', 'src/app/plan/c5.ts', ['../verb.ts', 'src/app/verb.ts']),
  forbiddenImport('step-order', 'src/app/observe/c6.ts', ['../desired/s.ts', 'src/app/desired/s.ts']),
  forbiddenImport('step-order', 'src/app/desired/c7.ts', ['../execute/s.ts', 'src/app/execute/s.ts']),
  forbiddenImport('adapters-imports', 'src/adapters/x/d1.ts', ['../http/h.ts', 'src/adapters/http/h.ts']),
  forbiddenImport('worker-imports', 'src/worker/e1.ts', ['../app/verb.ts', 'src/app/verb.ts']),
  forbiddenImport('worker-imports', 'src/worker/e2.ts', ['../cli/command.ts', 'src/cli/command.ts']),
  forbiddenImport('coordinator-imports', 'src/coordinator/f1.ts', ['../app/verb.ts', 'src/app/verb.ts']),
  forbiddenImport('cli-imports', 'src/cli/context/g1.ts', ['../../worker/w.ts', 'src/worker/w.ts']),
  forbiddenImport('adapters-only-from-the-composition-root', 'src/cli/g2.ts', [
    '../adapters/http/h.ts',
    'src/adapters/http/h.ts',
  ]),
  ...['fs', 'fs/promises', 'net', 'tls', 'dns', 'http', 'https', 'worker_threads'].map((name, index) =>
    forbiddenImport('cli-has-no-outside', `src/cli/render/g3${index}.ts`, [`node:${name}`, name]),
  ),
  forbiddenImport('process-fence', 'src/adapters/x/h1.ts', ['node:child_process', 'child_process']),
  ...fenced('string-width', 'src/cli/help/i1.ts'),
  ...fenced('chalk', 'src/adapters/x/i2.ts'),
  ...fenced('commander', 'src/worker/i3.ts', 'chalk-fence'),
  ...fenced('croner', 'src/core/plan/i10.ts'),
  ...fenced('dockerode', 'src/adapters/x/i4.ts'),
  ...fenced('fast-xml-parser', 'src/adapters/x/i5.ts'),
  ...fenced('systeminformation', 'src/adapters/x/i6.ts'),
  ...fenced('undici', 'src/adapters/x/i7.ts'),
  ...fenced('yaml', 'src/cli/i8.ts'),
  ...fenced('zod', 'src/cli/i9.ts'),
  forbiddenImport('unknown-package', 'src/adapters/x/j1.ts', ['left-pad', 'node_modules/left-pad/index.js']),
  forbiddenImport('resolvable', 'src/cli/j2.ts', ['./nowhere.ts', './nowhere.ts']),
];

function fenced(name: string, file: string, rule = `${name}-fence`): readonly Planted[] {
  return [forbiddenImport(rule, file, [name, `node_modules/${name}/index.js`])];
}

/** APIs that pure code must not use. */
export const IMPURE: readonly Planted[] = [
  impure('export const a = Date.now();', 'Date.now'),
  impure('export const a = new Date();', 'new Date()'),
  impure('export const a = Date();', 'Date'),
  impure('const { now } = Date; export const a = now();', 'Date'),
  impure('export const a = Math.random();', 'Math.random'),
  impure('const { random } = Math; export const a = random();', 'Math'),
  impure('export const a = performance.now();', 'performance'),
  impure("export const a = process.env['HOME'];", 'process'),
  impure('export const a = globalThis;', 'globalThis'),
  impure("export const a = fetch('http://127.0.0.1');", 'fetch'),
  impure('export const a = crypto.randomUUID();', 'crypto'),
  impure('setTimeout(() => undefined, 1);', 'setTimeout'),
  impure('setInterval(() => undefined, 1);', 'setInterval'),
  impure('export const a = AbortSignal.timeout(1);', 'AbortSignal.timeout'),
  impure('export const a = import.meta.dirname;', 'import.meta'),
  impure("import { randomUUID } from 'node:crypto'; export const a = randomUUID();", 'randomUUID'),
  impure("import * as c from 'node:crypto'; export const a = c;", 'all of node:crypto'),
  impure("export const a = 'a'.localeCompare('b');", 'localeCompare'),
  impure('export const a = (1).toLocaleString();', 'toLocaleString'),
  impure('export const a = new Date(0).getHours();', 'getHours'),
  impure("export const a = new Intl.NumberFormat('en');", 'Intl.NumberFormat'),
  impure("console.log('a');", 'console'),
].map((planted, index) => ({ ...planted, file: `src/core/units/pure${index}.ts` }));

/** Code that looks like a violation but is valid. */
export const HARMLESS: Readonly<Record<string, string>> = {
  'src/core/domain/ok1.ts': 'export const at = (ms: number) => new Date(ms).toISOString();',
  'src/core/domain/ok2.ts': "export const at = Date.parse('2026-01-01T00:00:00Z');",
  'src/core/domain/ok3.ts': 'export const top = (x: number) => Math.max(x, 1);',
  'src/core/domain/ok4.ts': 'export interface Job { fetch(at: Date): void; readonly process: string }',
  'src/core/domain/ok5.ts': "export const probe = `fetch('http://127.0.0.1').then(() => process.exit(0))`;",
  'src/core/domain/ok6.ts': "export const order = 'a'.localeCompare('b', 'en');",
  'src/core/domain/ok7.ts':
    "import { createHash } from 'node:crypto'; export const hash = createHash('sha256');",
  'src/core/yaml/y.ts': "import 'yaml'; import '../domain/ok1.ts'; import 'node:path/posix';",
  'src/ports/p.ts': "import '../core/domain/ok1.ts';",
  'src/app/verb.ts': "import './plan/s.ts'; import './fetch/f.ts'; import '../ports/p.ts';",
  'src/app/plan/s.ts': "import '../fetch/f.ts';",
  'src/app/observe/s.ts': "import '../../ports/p.ts';",
  'src/app/desired/s.ts': "import '../observe/s.ts';",
  'src/app/execute/s.ts': "import '../desired/s.ts'; import '../observe/s.ts';",
  'src/app/fetch/f.ts': "import '../../ports/p.ts'; export const any = AbortSignal.any([]);",
  'src/adapters/http/h.ts': "import 'undici'; import 'node:http'; import '../../ports/p.ts';",
  'src/adapters/exec/x.ts': "import 'node:child_process';",
  'src/cli/command.ts': "import '../app/verb.ts'; import './context/c.ts'; import 'node:path';",
  'src/cli/context/c.ts': "import '../../adapters/http/h.ts'; import 'node:fs';",
  'src/cli/render/w.ts': "import 'string-width';",
  'src/worker/w.ts': "import '../adapters/http/h.ts'; import '../app/fetch/f.ts';",
};
