import { describe, expect, it } from 'vitest';
import { isForbidden, kubectlFault } from '../../../src/adapters/kubectl/kubectl-fault.ts';

const faultFor = (stderr: string) => kubectlFault('apply', { stderr, exitCode: 1 });

// outputs of kubectl 1.36 against Kubernetes 1.37
const CONFLICT = `error: Apply failed with 1 conflict: conflict with "kubectl" with subresource "scale" using apps/v1: .spec.replicas
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the \`--force-conflicts\` flag.
`;
const INVALID = `Warning: would violate PodSecurity "restricted:latest": runAsNonRoot != true
The Deployment "llm" is invalid:${' '}
* spec.template.spec.containers[0].image: Required value
* spec.template.spec.containers[0].imagePullPolicy: Unsupported value: "Foo": supported values: "Always", "IfNotPresent", "Never"
`;
const CLAIM = `The PersistentVolumeClaim "rma-models" is invalid: spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims
@@ -1,6 +1,6 @@
 {
  "AccessModes": [
-  "ReadWriteOnce"
`;

describe('kubectlFault', () => {
  it.each([
    [
      'Error from server (Forbidden): nodes is forbidden: User "reader" cannot list resource "nodes"',
      'DENIED',
      4,
    ],
    ['error: You must be logged in to the server (Unauthorized)', 'DENIED', 4],
    ['Error from server (NotFound): namespaces "demo" not found', 'NO_NAMESPACE', 3],
    ['error: context "other" does not exist', 'CONTEXT', 2],
    ['Error in configuration: context was not found for specified context: other', 'CONTEXT', 2],
    ['error: stat /home/me/config: no such file or directory', 'CONTEXT', 2],
    [
      'The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?',
      'UNREACHABLE',
      3,
    ],
    [
      'The connection to the server localhost:8080 was refused - did you specify the right host or port?',
      'CONTEXT',
      2,
    ],
    ['Error from server (NotFound): the server could not find the requested resource', 'UNREACHABLE', 3],
    ['Unable to connect to the server: dial tcp: lookup nas.example: no such host', 'UNREACHABLE', 3],
    [
      'error: resource mapping not found for name: "x": no matches for kind "Widget" in version "v1"',
      'INVALID',
      1,
    ],
    [
      'Error from server: failed to create typed patch object (demo/x; apps/v1): .spec.replicaz: field not declared in schema',
      'INVALID',
      1,
    ],
    [CONFLICT, 'CONFLICT', 1],
    [INVALID, 'INVALID', 1],
    [CLAIM, 'CLAIM', 3],
  ])('recognizes %j', (stderr, code, exitCode) => {
    expect(faultFor(`${stderr}\n`)).toMatchObject({ code: `RMA_KUBERNETES_${code}`, exitCode });
  });

  it('names the field of a conflict and its manager, without the advice of kubectl', () => {
    expect(faultFor(CONFLICT).message).toBe(
      'another program manages fields of the export: Apply failed with 1 conflict: conflict with "kubectl" with subresource "scale" using apps/v1: .spec.replicas',
    );
    expect(faultFor(CONFLICT).hint).toContain('--force-conflicts');
  });

  it('lists every invalid field, without warnings', () => {
    expect(faultFor(INVALID).message).toBe(
      'the cluster rejected an object: The Deployment "llm" is invalid: spec.template.spec.containers[0].image: Required value; spec.template.spec.containers[0].imagePullPolicy: Unsupported value: "Foo": supported values: "Always", "IfNotPresent", "Never"',
    );
  });

  it('says how to keep the claim of an earlier export', () => {
    expect(faultFor(CLAIM).hint).toContain('kubernetes.access_mode');
  });

  it('reports any other error with its last line', () => {
    expect(faultFor('one\nunknown shorthand flag\n')).toMatchObject({
      code: 'RMA_KUBECTL_FAILED',
      message: 'kubectl apply failed: unknown shorthand flag',
    });
  });
});

it('distinguishes a missing permission', () => {
  expect(isForbidden({ stderr: 'Error from server (Forbidden): x', exitCode: 1 })).toBe(true);
  expect(isForbidden({ stderr: 'Error from server (NotFound): x', exitCode: 1 })).toBe(false);
});

it('ignores the lines of the log of kubectl', () => {
  const stderr = [
    'E1129 16:48:14.909468    1036 memcache.go:265] "Unhandled Error" err="couldn\'t get current server API group list"',
    'The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?',
  ].join('\n');
  const { message } = kubectlFault('get', { exitCode: 1, stderr });
  expect(message).toContain('The connection to the server 127.0.0.1:1 was refused');
  expect(message).not.toContain('memcache');
});
