import { SshConnection } from '../../../../src/adapters/ssh/ssh-connection.ts';
import { SshRunner } from '../../../../src/adapters/ssh/ssh-runner.ts';
import { clientRunner } from '../../../helpers/ssh/client-runner.ts';

// Runs a program on a server: the directory of the client's ssh, the port, the program with its arguments.
const [, , bin = '', port = '', program = '', ...args] = process.argv;

const local = clientRunner({ bin });
const target = { name: 'box1', user: 'root', host: '127.0.0.1', port: Number(port) };
const connection = await SshConnection.open({ target, local }, new AbortController().signal);
await new SshRunner({ connection, local }).run({ argv: [program, ...args] });
