import type { Gpu, GpuNotice } from '../../core/domain/gpu.ts';

const LIST_HARDWARE = "`lspci -d 10de:` lists this machine's NVIDIA GPUs";
const RUN_IT = 'run `nvidia-smi` by hand to see what it says';

export const NO_PROGRAM: GpuNotice = {
  code: 'RMA_GPU_NO_PROGRAM',
  message: 'there is no nvidia-smi on this machine: no driver of NVIDIA is installed',
  hint: `${LIST_HARDWARE}; for those install the driver: https://docs.nvidia.com/datacenter/tesla/driver-installation-guide/`,
};

export const NO_DEVICE: GpuNotice = {
  code: 'RMA_GPU_NO_DEVICE',
  message: 'the NVIDIA driver is loaded and finds no GPU',
  hint: `${LIST_HARDWARE}; \`sudo dmesg | grep -i nvrm\` shows why the driver rejects one; \`ls -l /dev/nvidia*\` shows whether this user can open its device file`,
};

const MISMATCH: GpuNotice = {
  code: 'RMA_GPU_DRIVER_MISMATCH',
  message:
    'the NVIDIA driver was updated, and the old one is still loaded: driver and library differ in version',
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
    message: 'nvidia-smi is installed, and the NVIDIA driver is not loaded',
    hint: '`sudo modprobe nvidia`; `sudo dmesg | grep -i -e nvidia -e nvrm` tells why it does not load',
  },
  12: {
    code: 'RMA_GPU_NO_NVML',
    message: 'nvidia-smi does not find the library libnvidia-ml.so of the driver',
    hint: '`sudo ldconfig && ldconfig -p | grep libnvidia-ml`; if it is not listed, install the driver again',
  },
  18: MISMATCH,
};

/** No GPUs, since nvidia-smi ended with a code other than 0. */
export function failedNotice(exitCode: number, output: string): GpuNotice {
  // some drivers end with 255 here: the words are then the only sign
  if (/driver\/library version mismatch/i.test(output)) return MISMATCH;
  return (
    BY_EXIT_CODE[exitCode] ?? {
      code: 'RMA_GPU_FAILED',
      message: `nvidia-smi failed with exit code ${exitCode}: ${firstLine(output)}`,
      hint: RUN_IT,
    }
  );
}

/** No GPUs, since the program could not be started. */
export function notStarted(reason: string): GpuNotice {
  return {
    code: 'RMA_GPU_FAILED',
    message: `nvidia-smi cannot be started: ${reason}`,
    hint: '`ls -l "$(command -v nvidia-smi)"` shows its rights; then run `nvidia-smi` by hand',
  };
}

export function garbageNotice(output: string): GpuNotice {
  return {
    code: 'RMA_GPU_GARBAGE',
    message: `nvidia-smi ended well, and its answer makes no sense: ${firstLine(output)}`,
    hint: '`nvidia-smi -q -x | head` shows it; `command -v nvidia-smi` shows which program that is',
  };
}

/** nvidia-smi did not answer: alone it means that there are no GPUs, after an answer that something is missing in it. */
export function hangNotice(seconds: number): GpuNotice {
  return {
    code: 'RMA_GPU_HANG',
    message: `nvidia-smi gave no answer within ${seconds} s`,
    hint: '`sudo dmesg | grep -i -e nvrm -e xid` tells what the driver waits for; `sudo reboot` frees it',
  };
}

/** One warning per GPU that cannot be used. */
export function faultNotices(gpus: readonly Gpu[]): readonly GpuNotice[] {
  return gpus.flatMap(({ index, uuid, fault }): readonly GpuNotice[] =>
    fault === null
      ? []
      : [
          {
            code: 'RMA_GPU_FAULT',
            message: `GPU ${index} (${uuid}) cannot be used: ${fault}`,
            hint: '`sudo dmesg | grep -i xid` tells what happened; `sudo reboot` mostly brings it back',
          },
        ],
  );
}

const LINE_LENGTH = 160;

function firstLine(output: string): string {
  const line = output
    .split('\n')
    .map((text) => text.replaceAll(/\p{C}/gu, ' ').trim())
    .find((text) => text !== '');
  if (line === undefined) return 'it printed nothing';
  return `"${line.length > LINE_LENGTH ? `${line.slice(0, LINE_LENGTH)}…` : line}"`;
}
