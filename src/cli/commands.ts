import { bootInstallCommand } from './commands/boot/install.ts';
import { bootRemoveCommand } from './commands/boot/remove.ts';
import { bootRunCommand } from './commands/boot/run.ts';
import { bootShowCommand } from './commands/boot/show.ts';
import { cacheDfCommand } from './commands/cache/df.ts';
import { cacheLsCommand } from './commands/cache/ls.ts';
import { cachePinCommand, cacheUnpinCommand } from './commands/cache/pin.ts';
import { cachePruneCommand } from './commands/cache/prune.ts';
import { cacheScheduleInstallCommand } from './commands/cache/schedule/install.ts';
import { cacheScheduleRemoveCommand } from './commands/cache/schedule/remove.ts';
import { cacheScheduleRunCommand } from './commands/cache/schedule/run.ts';
import { cacheScheduleShowCommand } from './commands/cache/schedule/show.ts';
import { cacheUndoCommand } from './commands/cache/undo.ts';
import { composeRenderCommand } from './commands/compose/render.ts';
import { configShowCommand } from './commands/config/show.ts';
import { downCommand } from './commands/down.ts';
import { enginesLsCommand } from './commands/engines/ls.ts';
import { execCommand } from './commands/exec.ts';
import { exportKubernetesCommand } from './commands/export/kubernetes.ts';
import { exportSwarmCommand } from './commands/export/swarm.ts';
import { gpusCommand } from './commands/gpus.ts';
import { helpCommand } from './commands/help.ts';
import { historyCommand } from './commands/history.ts';
import { hostsAddCommand } from './commands/hosts/add.ts';
import { hostsExecCommand } from './commands/hosts/exec.ts';
import { hostsLsCommand } from './commands/hosts/ls.ts';
import { hostsRmCommand } from './commands/hosts/rm.ts';
import { hostsTestCommand } from './commands/hosts/test.ts';
import { initCommand } from './commands/init.ts';
import { lockReleaseCommand } from './commands/lock/release.ts';
import { lockStatusCommand } from './commands/lock/status.ts';
import { logsCommand } from './commands/logs.ts';
import { bundleExportCommand } from './commands/models/bundle/export.ts';
import { bundleImportCommand } from './commands/models/bundle/import.ts';
import { modelsDuCommand } from './commands/models/du.ts';
import { modelsImportCommand } from './commands/models/import.ts';
import { modelsLockCommand } from './commands/models/lock.ts';
import { modelsLsCommand } from './commands/models/ls.ts';
import { modelsOutdatedCommand } from './commands/models/outdated.ts';
import { modelsPathCommand } from './commands/models/path.ts';
import { modelsPullCommand } from './commands/models/pull.ts';
import { modelsRepairCommand } from './commands/models/repair.ts';
import { modelsRmCommand } from './commands/models/rm.ts';
import { modelsServeCommand } from './commands/models/serve.ts';
import { modelsShowCommand } from './commands/models/show.ts';
import { modelsVerifyCommand } from './commands/models/verify.ts';
import { planCommand } from './commands/plan.ts';
import { profilesCheckCommand } from './commands/profiles/check.ts';
import { profilesLsCommand } from './commands/profiles/ls.ts';
import { profilesShowCommand } from './commands/profiles/show.ts';
import { psCommand } from './commands/ps.ts';
import { restartCommand } from './commands/restart.ts';
import { rollbackCommand } from './commands/rollback.ts';
import { statusCommand } from './commands/status.ts';
import { tokenRotateCommand } from './commands/token/rotate.ts';
import { topCommand } from './commands/top.ts';
import { upCommand } from './commands/up.ts';
import { versionCommand } from './commands/version.ts';
import { volumesCheckCommand } from './commands/volumes/check.ts';
import { volumesInspectCommand } from './commands/volumes/inspect.ts';
import { volumesLsCommand } from './commands/volumes/ls.ts';
import { volumesRmCommand } from './commands/volumes/rm.ts';
import { volumesShellCommand } from './commands/volumes/shell.ts';
import type { CommandTable } from './define-command.ts';

/** All commands, in the order of the help. */
export const COMMAND_TABLE: CommandTable = {
  commands: [
    planCommand,
    upCommand,
    downCommand,
    restartCommand,
    historyCommand,
    rollbackCommand,
    psCommand,
    statusCommand,
    gpusCommand,
    topCommand,
    logsCommand,
    execCommand,
    hostsLsCommand,
    hostsAddCommand,
    hostsRmCommand,
    hostsTestCommand,
    hostsExecCommand,
    bootInstallCommand,
    bootShowCommand,
    bootRemoveCommand,
    bootRunCommand,
    lockStatusCommand,
    lockReleaseCommand,
    tokenRotateCommand,
    modelsLsCommand,
    modelsPullCommand,
    modelsPathCommand,
    modelsShowCommand,
    modelsDuCommand,
    modelsRmCommand,
    modelsVerifyCommand,
    modelsRepairCommand,
    modelsServeCommand,
    modelsImportCommand,
    modelsLockCommand,
    modelsOutdatedCommand,
    bundleExportCommand,
    bundleImportCommand,
    cacheDfCommand,
    cacheLsCommand,
    cachePruneCommand,
    cacheUndoCommand,
    cachePinCommand,
    cacheUnpinCommand,
    cacheScheduleInstallCommand,
    cacheScheduleShowCommand,
    cacheScheduleRemoveCommand,
    cacheScheduleRunCommand,
    volumesLsCommand,
    volumesInspectCommand,
    volumesCheckCommand,
    volumesShellCommand,
    volumesRmCommand,
    initCommand,
    composeRenderCommand,
    exportKubernetesCommand,
    exportSwarmCommand,
    profilesLsCommand,
    profilesShowCommand,
    profilesCheckCommand,
    enginesLsCommand,
    configShowCommand,
    versionCommand,
    helpCommand,
  ],
  nouns: {
    hosts: 'Manage the hosts of the project',
    boot: 'Start services whose GPU was not ready at boot',
    lock: 'Inspect and release locks and reservations',
    token: 'Replace the tokens of workers',
    models: 'Manage models',
    'models bundle': 'Move models to machines without internet',
    cache: 'Show and free the disk space of the store',
    'cache schedule': 'Prune the store on a schedule',
    volumes: 'Inspect, check and remove the volumes of rma',
    compose: 'Work with the generated Compose file',
    export: 'Run the project on other orchestrators',
    profiles: 'Inspect and check worker profiles',
    engines: 'Inspect the engines',
    config: 'Inspect the settings',
  },
};
