// The layers of the project. Each rule carries the reason; scripts/check-layers.mjs proves that every file was seen.
const outside = (layer, allowed) => ({
  name: `${layer}-imports`,
  severity: 'error',
  from: { path: `^src/${layer}/` },
  to: { path: '^src/', pathNot: allowed.map((folder) => `^src/${folder}/`) },
});
const fence = (name, packages, owner) => ({
  name: `${name}-fence`,
  severity: 'error',
  comment: `only ${owner} knows ${packages}`,
  from: { path: '^src/', pathNot: owner },
  to: { path: packages },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    outside('core', ['core']),
    {
      name: 'core-is-pure',
      severity: 'error',
      comment: 'no I/O, no packages but yaml, no node modules but hashing and posix paths',
      from: { path: '^src/core/' },
      to: {
        dependencyTypesNot: ['local', 'type-only'],
        pathNot: ['^(node:)?(crypto|path/posix)$', 'node_modules/yaml/'],
      },
    },
    outside('ports', ['core', 'ports']),
    outside('app', ['core', 'ports', 'app']),
    {
      name: 'app-has-no-outside',
      severity: 'error',
      comment: 'use cases reach the outside through ports only',
      from: { path: '^src/app/' },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev'] },
    },
    {
      name: 'adapters-imports',
      severity: 'error',
      from: { path: '^src/adapters/([^/]+)/' },
      to: { path: '^src/', pathNot: ['^src/core/', '^src/ports/', '^src/adapters/$1/'] },
    },
    {
      name: 'worker-imports',
      severity: 'error',
      from: { path: '^src/worker/' },
      to: {
        path: '^src/',
        pathNot: [
          '^src/(core|ports|worker)/',
          '^src/app/fetch/',
          '^src/adapters/(clock|http|hub|store|data|engine)/',
        ],
      },
    },
    outside('coordinator', ['core', 'ports', 'coordinator']),
    {
      name: 'adapters-only-from-the-composition-root',
      severity: 'error',
      from: { path: '^src/cli/', pathNot: '^src/cli/context/' },
      to: { path: '^src/(adapters|worker|coordinator)/' },
    },
    fence('dockerode', 'node_modules/dockerode/', '^src/adapters/docker/'),
    fence('xml', 'node_modules/fast-xml-parser/', '^src/adapters/nvidia/'),
    fence('undici', 'node_modules/undici/', '^src/adapters/http/'),
    fence('terminal', 'node_modules/(commander|chalk|ora)/', '^src/cli/'),
    fence('process', '^(node:)?child_process$', '^src/adapters/exec/'),
    fence('yaml', 'node_modules/yaml/', '^src/core/'),
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
