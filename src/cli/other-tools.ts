const DOWN = 'to stop the workers: rma down (models are kept)';
const UP = 'to start a worker: rma up --profile NAME';
const LISTS = 'to list services: rma ps; to list models: rma models ls';
const MODELS = 'to download models: rma models pull';
const DELETE = 'to remove models: rma models rm; to remove unused ones: rma cache prune';
const PRUNE = 'to remove unused models and leftovers: rma cache prune --dry-run';
const DETACHED = 'rma up leaves the services running when it ends';
const WATCH = 'to repeat it: watch rma status';

/** Commands of Docker, Compose, Ollama, kubectl and Terraform that have another name here, after the noun that they follow. */
const COMMANDS: ReadonlyMap<string, string> = new Map([
  ['stop', `${DOWN}; to restart services: rma restart`],
  ['kill', DOWN],
  ['rm', DOWN],
  ['remove', DOWN],
  ['delete', DOWN],
  ['destroy', DOWN],
  ['uninstall', DOWN],
  ['prune', PRUNE],
  ['gc', PRUNE],
  ['start', 'to start the workers: rma up'],
  ['run', `${UP}; to run a command in a service: rma exec SERVICE COMMAND`],
  ['serve', UP],
  ['launch', UP],
  ['create', `${UP}; to write the Compose file only: rma compose render`],
  ['install', `${UP}; ${MODELS}`],
  ['apply', 'to apply the settings: rma up'],
  ['deploy', 'to start the workers: rma up'],
  ['build', 'rma up builds the worker image when it has changed'],
  ['diff', 'to show the changes: rma plan'],
  ['pull', MODELS],
  ['download', MODELS],
  ['images', 'to show the image of each service: rma ps --format wide'],
  ['image', 'to show the image of each service: rma ps --format wide'],
  ['list', LISTS],
  ['ls', LISTS],
  ['get', LISTS],
  ['container', LISTS],
  ['containers', LISTS],
  ['services', LISTS],
  ['model', 'to list models: rma models ls; to download them: rma models pull'],
  ['search', 'to list the models in the catalog: rma models ls --catalog'],
  ['show', 'to show a profile: rma profiles show NAME; to show the settings: rma config show'],
  ['describe', 'to show the state of each worker: rma status'],
  ['inspect', 'to show the state of each worker: rma status --json'],
  ['state', 'to show the state of each worker: rma status'],
  ['events', 'to follow the logs: rma logs -f'],
  ['attach', 'to follow the logs: rma logs -f SERVICE; to run a shell: rma exec SERVICE sh'],
  ['shell', 'to run a shell in a service: rma exec SERVICE sh'],
  ['ssh', 'to run a shell in a service: rma exec SERVICE sh'],
  ['stats', 'to show what GPUs and services use: rma top'],
  ['gpu', 'to show the GPUs and what uses them: rma gpus'],
  ['info', 'to show the host: rma version; to show its GPUs: rma gpus'],
  ['doctor', 'to show the host: rma version; its GPUs: rma gpus; the workers: rma status'],
  ['validate', 'to check the profiles: rma profiles check; to check the settings: rma config show'],
  ['check', 'to check the profiles: rma profiles check; to show the changes: rma plan'],
  ['export k8s', 'rma export kubernetes'],
  ['export compose', 'rma compose render'],
  ['upgrade', 'to apply the settings: rma up'],
  ['scale', 'set `replicas` of a service in its profile, then: rma up'],
  ['port', 'to list the addresses: rma ps'],
  ['login', 'to download gated models, set HF_TOKEN or pass --token-file FILE'],
  ['models list', 'rma models ls'],
  ['models get', MODELS],
  ['models download', MODELS],
  ['models add', MODELS],
  ['models inspect', 'to show a stored model: rma models show MODEL'],
  ['models search', 'to list the models in the catalog: rma models ls --catalog'],
  ['models remove', DELETE],
  ['models delete', DELETE],
  ['models prune', DELETE],
  ['models gc', PRUNE],
  ['models export', 'to write models to a bundle: rma models bundle export TARGET'],
  ['models update', 'to compare rma.lock with the sources: rma models outdated'],
  ['models check', 'rma models verify'],
  ['cache list', 'rma cache ls'],
  ['cache clean', PRUNE],
  ['cache clear', PRUNE],
  ['cache gc', PRUNE],
  ['cache rm', PRUNE],
  ['cache delete', PRUNE],
  ['cache restore', 'rma cache undo'],
  ['cache du', 'rma cache df'],
  ['compose up', 'rma up'],
  ['compose down', 'rma down'],
  ['compose ps', 'rma ps'],
  ['compose logs', 'rma logs'],
  ['compose config', 'rma compose render'],
  ['profiles list', 'rma profiles ls'],
  ['profiles validate', 'rma profiles check'],
  ['engines list', 'rma engines ls'],
  ['config get', 'to show the settings: rma config show'],
  ['config view', 'to show the settings: rma config show'],
  ['config ls', 'to show the settings: rma config show'],
  ['config set', 'edit rma.yaml, or pass an option: rma help settings'],
  ['lock show', 'rma lock status'],
  ['lock ls', 'rma lock status'],
  ['lock unlock', 'rma lock release'],
  ['boot enable', 'rma boot install'],
  ['boot status', 'rma boot show'],
  ['boot disable', 'rma boot remove'],
  ['boot uninstall', 'rma boot remove'],
]);

/** Options of other tools, after the command that they are passed to. */
const OPTIONS: ReadonlyMap<string, string> = new Map([
  ['up -d', DETACHED],
  ['up --detach', DETACHED],
  ['up --build', 'rma up builds the worker image when it has changed'],
  ['up --force-recreate', 'to restart the services: rma restart'],
  ['up --pull', 'images are pinned to a release; to list them: rma engines ls'],
  ['up --model', 'models are part of profiles; to show one: rma profiles show NAME'],
  ['up --auto-approve', 'to answer all prompts with yes: rma up --yes'],
  ['up -auto-approve', 'to answer all prompts with yes: rma up --yes'],
  ['down --volumes', 'rma down keeps the models; to delete them: docker volume rm rma-models'],
  ['down --auto-approve', 'to answer all prompts with yes: rma down --yes'],
  ['plan --out', 'rma up always plans again; to save a plan: rma plan --json > plan.json'],
  ['plan -detailed-exitcode', 'rma plan --detailed-exitcode'],
  ['exec -it', 'rma exec allocates a terminal by default: rma exec SERVICE COMMAND'],
  ['exec -i', 'rma exec allocates a terminal by default: rma exec SERVICE COMMAND'],
  ['exec -t', 'rma exec allocates a terminal by default: rma exec SERVICE COMMAND'],
  ['logs --since', 'to show the last lines: rma logs --tail N'],
  ['status --watch', WATCH],
  ['status -w', WATCH],
  ['ps --watch', WATCH],
  ['ps -w', WATCH],
]);

/** Other mistakes, by kind of error and command. */
const MISTAKES: ReadonlyMap<string, string> = new Map([
  ['excessArguments up', 'profiles are options: rma up --profile NAME'],
  ['excessArguments plan', 'profiles are options: rma plan --profile NAME'],
  ['excessArguments down', 'profiles are options: rma down --profile NAME'],
  ['excessArguments ps', 'to show one service: rma ps --format wide, or rma logs SERVICE'],
  ['excessArguments lock release', 'the project is an option: rma lock release --project NAME'],
  ['excessArguments lock status', 'the project is an option: rma lock status --project NAME'],
  ['missingArgument exec', 'to run a shell: rma exec SERVICE sh; to list services: rma ps'],
]);

/** What was not understood. */
export interface NotUnderstood {
  /** kind of the parse error, as commander names it */
  readonly kind: string;
  /** words of the command that was parsed */
  readonly path: string;
  /** the unknown command or option */
  readonly word: string;
}

/** Returns the hint for a command line of another tool; null if it is none. */
export function otherToolHint({ kind, path, word }: NotUnderstood): string | null {
  if (kind === 'unknownOption') return OPTIONS.get(`${path} ${word}`) ?? null;
  if (kind === 'unknownCommand') return otherName(path, word);
  return MISTAKES.get(`${kind} ${path}`) ?? null;
}

/** Returns what a command of another tool is called here; null for any other word. */
export function otherName(path: string, word: string): string | null {
  return COMMANDS.get(path === '' ? word : `${path} ${word}`) ?? null;
}
