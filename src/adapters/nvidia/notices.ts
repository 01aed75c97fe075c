import type { Gpu, GpuNotice } from '../../core/domain/gpu.ts';
import type { ReadGpu } from './from-xml.ts';

const LIST_HARDWARE = "`lspci -d 10de:` lists this machine's NVIDIA GPUs";
const RUN_SMI = 'run `nvidia-smi` to see its output';

export const NO_PROGRAM: GpuNotice = {
  code: 'RMA_GPU_NO_PROGRAM',
  message: 'nvidia-smi not found; the NVIDIA driver is not installed',
  hint: `${LIST_HARDWARE}; to install the driver: https://docs.nvidia.com/datacenter/tesla/driver-installation-guide/`,
};

export const NO_DEVICE: GpuNotice = {
  code: 'RMA_GPU_NO_DEVICE',
  message: 'the NVIDIA driver is loaded but finds no GPU',
  hint: `${LIST_HARDWARE}; \`sudo dmesg | grep -i nvrm\` shows why the driver rejects one; \`ls -l /dev/nvidia*\` shows whether this user can open its device file`,
};

const MISMATCH: GpuNotice = {
  code: 'RMA_GPU_DRIVER_MISMATCH',
  message:
    'the NVIDIA driver was updated, but the old version is still loaded (driver/library version mismatch)',
  hint: '`sudo reboot`',
};

/** Exit codes of nvidia-smi, from its manual page; 18 is NVML's own number for the mismatch (nvml.h). */
const BY_EXIT_CODE: Readonly<Record<number, GpuNotice>> = {
  4: {
    code: 'RMA_GPU_NO_PERMISSION',
    message: 'permission denied: the current user cannot open the device files of the NVIDIA driver',
    hint: '`ls -l /dev/nvidia*` shows their owner, group and mode; add the user to that group: `sudo usermod -aG GROUP USER`',
  },
  6: NO_DEVICE,
  9: {
    code: 'RMA_GPU_NO_DRIVER',
    message: 'nvidia-smi is installed, but the NVIDIA driver is not loaded',
    hint: '`sudo modprobe nvidia`; `sudo dmesg | grep -i -e nvidia -e nvrm` shows why it does not load',
  },
  12: {
    code: 'RMA_GPU_NO_NVML',
    message: "nvidia-smi does not find the driver's library libnvidia-ml.so",
    hint: '`sudo ldconfig && ldconfig -p | grep libnvidia-ml`; if it is not listed, reinstall the driver',
  },
  18: MISMATCH,
};

/** Returns the notice for a non-zero exit code of nvidia-smi. */
export function failedNotice(exitCode: number, output: string): GpuNotice {
  // some drivers exit with 255 here; then only the text identifies the fault
  if (/driver\/library version mismatch/i.test(output)) return MISMATCH;
  return (
    BY_EXIT_CODE[exitCode] ?? {
      code: 'RMA_GPU_FAILED',
      message: `nvidia-smi failed with exit code ${exitCode}: ${firstLine(output)}`,
      hint: RUN_SMI,
    }
  );
}

/** Returns the notice for an nvidia-smi that cannot be started. */
export function notStarted(reason: string): GpuNotice {
  return {
    code: 'RMA_GPU_FAILED',
    message: `failed to start nvidia-smi: ${reason}`,
    hint: '`ls -l "$(command -v nvidia-smi)"` shows its permissions; then run `nvidia-smi`',
  };
}

/** Returns the notice for output that is not that of nvidia-smi. */
export function unparsedNotice(output: string): GpuNotice {
  return {
    code: 'RMA_GPU_GARBAGE',
    message: `nvidia-smi exited with 0 but its output could not be parsed: ${firstLine(output)}`,
    hint: '`nvidia-smi -q -x | head` shows the output; `command -v nvidia-smi` shows the path of the program',
  };
}

/** Returns the notice for a timeout of nvidia-smi: no GPU is usable, or details of the listed GPUs are missing. */
export function hangNotice(seconds: number): GpuNotice {
  return {
    code: 'RMA_GPU_HANG',
    message: `nvidia-smi timed out after ${seconds} s`,
    hint: '`sudo dmesg | grep -i -e nvrm -e xid` shows what the driver is waiting for; a reboot usually recovers it: `sudo reboot`',
  };
}

/** Returns one warning per unusable GPU. */
export function faultNotices(gpus: readonly Gpu[]): readonly GpuNotice[] {
  return gpus.flatMap(({ index, uuid, fault }): readonly GpuNotice[] =>
    fault === null
      ? []
      : [
          {
            code: 'RMA_GPU_FAULT',
            message: `GPU ${index} (${uuid}) is not usable: ${fault}`,
            hint: '`sudo dmesg | grep -i xid` shows the cause; a reboot usually recovers it: `sudo reboot`',
          },
        ],
  );
}

/** Returns a warning for each usable GPU for which the driver recommends a recovery action. */
export function recoveryNotices(read: readonly ReadGpu[], gpus: readonly Gpu[]): readonly GpuNotice[] {
  return read.flatMap(({ uuid, recoveryAction }): readonly GpuNotice[] => {
    const gpu = gpus.find((each) => each.uuid === uuid);
    if (recoveryAction === undefined || gpu === undefined || gpu.fault !== null) return [];
    return [
      {
        code: 'RMA_GPU_RECOVERY',
        message: `GPU ${gpu.index} (${uuid}): the driver recommends the recovery action "${recoveryAction}"`,
        hint: `\`nvidia-smi -q -i ${gpu.index}\` and \`sudo dmesg | grep -i xid\` show the cause; stop the services on it before you reset it`,
      },
    ];
  });
}

const LINE_LENGTH = 160;

function firstLine(output: string): string {
  const line = output
    .split('\n')
    .map((text) => text.replaceAll(/\p{C}/gu, ' ').trim())
    .find((text) => text !== '');
  if (line === undefined) return 'no output';
  return `"${line.length > LINE_LENGTH ? `${line.slice(0, LINE_LENGTH)}…` : line}"`;
}
