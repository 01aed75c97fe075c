// Which part of src may import which. Each rule carries the reason. scripts/check-layers.mjs proves that every file was
// seen; test/adapters/layers plants a violation of each rule.
const coreOrder = require('./scripts/layers/core-order.cjs');

const NODE_MODULES = '(^|/)node_modules/';

/** The packages that src may import, and the only part that knows each. */
const PACKAGES = {
  'string-width': '^src/cli/render/',
  'chalk|commander|ora': '^src/cli/',
  croner: '^src/core/schedule/',
  dockerode: '^src/adapters/docker/',
  'fast-xml-parser': '^src/adapters/nvidia/',
  'tar-stream': '^src/adapters/store/bundle/',
  systeminformation: '^src/adapters/system/',
  undici: '^src/adapters/http/',
  yaml: '^src/core/',
  zod: '^src/(core|adapters)/',
};

const layer = (name, { from, allowed, comment }) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: '^src/', pathNot: allowed },
});

const fences = Object.entries(PACKAGES).map(([packages, owner]) => ({
  name: `${packages.split('|')[0]}-fence`,
  comment: `only ${owner} may import ${packages}`,
  severity: 'error',
  from: { path: '^src/', pathNot: owner },
  to: { path: `${NODE_MODULES}(@types/)?(${packages})(/|$)` },
}));

const coreFolders = coreOrder.flatMap((row, index) => {
  const below = coreOrder.slice(0, index).flat();
  return row.map((folder) => ({
    name: 'core-order',
    comment: 'a directory of core may import only those before it in scripts/layers/core-order.cjs',
    severity: 'error',
    from: { path: `^src/core/${folder}/` },
    to: { path: '^src/core/[^/]+/', pathNot: `^src/core/(${[folder, ...below].join('|')})/` },
  }));
});

/** The steps of a use case, in their order: a step may import those before it. */
const STEPS = ['observe', 'desired', 'lock', 'execute'];

const appSteps = STEPS.slice(0, -1).map((step, index) => ({
  name: 'step-order',
  comment: 'observing does not know the desired state, and neither of them executes anything',
  severity: 'error',
  from: { path: `^src/app/${step}/` },
  to: { path: `^src/app/(${STEPS.slice(index + 1).join('|')})/` },
}));

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'resolvable',
      comment: 'an import that leads nowhere would pass every other rule',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    layer('core-imports', {
      from: '^src/core/',
      allowed: '^src/core/',
      comment: 'core must not import outer layers',
    }),
    {
      name: 'core-is-pure',
      comment:
        'no I/O: no packages but yaml, zod and croner (its times follow from a pattern, an instant and a time zone), no node modules but hashing and posix paths',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { pathNot: ['^src/', '^(node:)?(crypto|path/posix)$', `${NODE_MODULES}(croner|yaml|zod)/`] },
    },
    {
      name: 'core-order',
      comment: 'files at the top of core are for all of its directories; they may import core/domain only',
      severity: 'error',
      from: { path: '^src/core/[^/]+$' },
      to: { path: '^src/core/[^/]+/', pathNot: '^src/core/domain/' },
    },
    ...coreFolders,
    layer('ports-imports', {
      from: '^src/ports/',
      allowed: ['^src/core/', '^src/ports/'],
      comment: 'ports may import core and other ports only',
    }),
    {
      name: 'ports-are-interfaces',
      comment: 'no node module and no package, not even a type: ports must not depend on an implementation',
      severity: 'error',
      from: { path: '^src/ports/' },
      to: { pathNot: '^src/' },
    },
    layer('app-imports', {
      from: '^src/app/',
      allowed: ['^src/core/', '^src/ports/', '^src/app/'],
      comment: 'use cases call ports',
    }),
    {
      name: 'app-has-no-outside',
      comment: 'use cases reach the outside through ports only',
      severity: 'error',
      from: { path: '^src/app/' },
      to: { pathNot: '^src/' },
    },
    layer('fetch-stands-alone', {
      from: '^src/app/fetch/',
      allowed: ['^src/core/', '^src/ports/', '^src/app/fetch/'],
      comment: 'the worker container runs it without the rest of the CLI',
    }),
    layer('serve-stands-alone', {
      from: '^src/app/serve/',
      allowed: ['^src/core/', '^src/ports/', '^src/app/serve/'],
      comment: 'the worker container runs it without the rest of the CLI',
    }),
    layer('scheduled-stands-alone', {
      from: '^src/app/scheduled/',
      allowed: ['^src/core/', '^src/ports/', '^src/app/scheduled/'],
      comment: 'the container of a schedule runs it without the rest of the CLI',
    }),
    {
      name: 'steps-below-verbs',
      comment: 'use cases (the files at the top of app) must not be imported by their own steps',
      severity: 'error',
      from: { path: '^src/app/[^/]+/' },
      to: { path: '^src/app/[^/]+$' },
    },
    ...appSteps,
    {
      name: 'adapters-imports',
      comment:
        'an adapter wraps one external system and must not import another adapter; all of them read files in one way',
      severity: 'error',
      from: { path: '^src/adapters/([^/]+)/' },
      to: {
        path: '^src/',
        pathNot: ['^src/core/', '^src/ports/', '^src/adapters/$1/', '^src/adapters/files/read-plain.ts$'],
      },
    },
    layer('worker-imports', {
      from: '^src/worker/',
      allowed: [
        '^src/(core|ports|worker)/',
        '^src/app/(fetch|scheduled|serve)/',
        '^src/adapters/(clock|http|http-server|hub|store|data|engine|system)/',
      ],
      comment: 'the worker container has no Docker, no CLI and no GPU tools',
    }),
    layer('coordinator-imports', {
      from: '^src/coordinator/',
      allowed: ['^src/(core|ports|coordinator)/', '^src/adapters/http-server/'],
      comment: 'it only keeps the list of workers',
    }),
    layer('cli-imports', {
      from: '^src/cli/',
      allowed: ['^src/(core|ports|app|cli)/', '^src/adapters/'],
      comment: 'the other programs run in containers',
    }),
    {
      name: 'adapters-only-from-the-composition-root',
      severity: 'error',
      from: { path: '^src/cli/', pathNot: '^src/cli/context/' },
      to: { path: '^src/adapters/' },
    },
    {
      name: 'cli-has-no-outside',
      comment: 'commands and renderers reach files, network and programs through use cases only',
      severity: 'error',
      from: { path: '^src/cli/', pathNot: '^src/cli/context/' },
      to: {
        path: '^(node:)?(fs|net|tls|dgram|dns|http|https|http2|child_process|cluster|worker_threads)(/|$)',
      },
    },
    {
      name: 'process-fence',
      comment: 'one place starts programs, with deadlines and without shells',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/adapters/exec/' },
      to: { path: '^(node:)?child_process$' },
    },
    ...fences,
    {
      name: 'unknown-package',
      comment: 'each package has an owner above',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        path: NODE_MODULES,
        pathNot: `${NODE_MODULES}(@types/)?(${Object.keys(PACKAGES).join('|')})(/|$)`,
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
