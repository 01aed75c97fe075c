import { type CheckResult, checkVolumes, type VolumesCheck } from '../../../app/volumes/check-volumes.ts';
import type { VolumeRole } from '../../../core/domain/config.ts';
import { EXIT } from '../../../core/errors.ts';
import type { PlanCheck } from '../../../core/plan/plan-types.ts';
import { formatBytes } from '../../../core/units.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { printable } from '../../render/printable.ts';
import { counted } from '../../render/problems.ts';
import type { Theme } from '../../render/theme.ts';
import { findingDocument, findingLines, volumeDocument } from '../../render/volumes.ts';

/** Checks the volumes of the project; exit code 3 if something must be fixed. @throws RmaError as checkVolumes */
export async function checkProjectVolumes(
  { volume: roles }: { readonly volume: readonly VolumeRole[] },
  context: Context,
): Promise<CommandResult> {
  const { config } = await context.config();
  const check = await checkVolumes(await context.host(), await context.invocation(), { config, roles });
  const findings = [...check.volumes.flatMap((volume) => volume.findings), ...check.containers];
  const errors = findings.filter(({ level }) => level === 'error').length;
  return {
    json: {
      schema: 'rma.volumes-check/v1',
      volumes: check.volumes.map(checkDocument),
      containers: check.containers.map(findingDocument),
    },
    human: (theme) => checkText(check, theme),
    ids: findings.map(({ code }) => code),
    exitCode: errors > 0 ? EXIT.notReady : EXIT.ok,
  };
}

function checkDocument(volume: CheckResult): Readonly<Record<string, unknown>> {
  const { entry, reading, mountFault, writer, probe, findings } = volume;
  return {
    ...volumeDocument({ entry, reading, fault: mountFault }),
    writer: `${writer.uid}:${writer.gid}`,
    failedStep: probe?.fault?.step ?? null,
    findings: findings.map(findingDocument),
  };
}

function checkText({ volumes, containers }: VolumesCheck, theme: Theme): string {
  const findings = [...volumes.flatMap((volume) => volume.findings), ...containers];
  const errors = findings.filter(({ level }) => level === 'error').length;
  const warnings = findings.length - errors;
  return [
    ...volumes.flatMap((volume) => [titleLine(volume, theme), ...linesOf(volume.findings, theme)]),
    ...linesOf(containers, theme),
    `${counted(errors, 'error')}, ${counted(warnings, 'warning')}`,
  ].join('\n');
}

function linesOf(findings: readonly PlanCheck[], theme: Theme): readonly string[] {
  return findings.flatMap((finding) => findingLines(finding, theme));
}

function titleLine(volume: CheckResult, theme: Theme): string {
  const { role, entry, findings } = volume;
  const isBad = findings.some(({ level }) => level === 'error');
  const { ok, fail, skip } = theme.symbols;
  if (!entry.exists && !isBad) return `${skip} ${role} ${printable(entry.name)}: does not exist yet`;
  const mark = isBad ? theme.red(fail) : theme.green(ok);
  return `${mark} ${role} ${printable(entry.name)}${detailsOf(volume)}`;
}

function detailsOf({ role, writer, reading, probe }: CheckResult): string {
  if (reading === null || probe === null) return '';
  const who = `${role === 'store' ? 'the worker' : 'engines'} (${writer.uid}:${writer.gid})`;
  const done = probe.fault === null ? `${who} can write, link, rename and delete` : `${who} cannot use it`;
  const read = reading.unreadable.count === 0 ? `; engines can read ${counted(reading.files, 'file')}` : '';
  return `: ${done}${role === 'store' ? read : ''}; ${formatBytes(reading.freeBytes)} free`;
}
