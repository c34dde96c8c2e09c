import { createKubernetesClient, loadKubeconfig } from '../../clients/index.ts';
import type { KubernetesLogin } from '../../clients/index.ts';
import type { Connect } from './_activity.ts';

/**
 * Signs in as the experiment's secrets say (KUBERNETES_HOST and what goes with it), else as the kubeconfig does (KUBERNETES_CONTEXT from
 * secrets or environment chooses the context), else as the service account of the pod.
 *
 * Unlike the Chaos Toolkit's driver, secrets of the experiment come before a kubeconfig that happens to lie there, and TLS is verified
 * unless KUBERNETES_VERIFY_SSL says `false`. Source: reference of chaostoolkit-kubernetes, "create_k8s_api_client".
 */
export const connectToKubernetes: Connect = async ({ clock, log, env, secrets }) => {
  const text = (name: string): string | undefined => {
    const value = secrets[name] ?? env[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const host = typeof secrets['KUBERNETES_HOST'] === 'string' ? secrets['KUBERNETES_HOST'] : undefined;
  const login = host === undefined ? await loadKubeconfig({ env, context: text('KUBERNETES_CONTEXT') }) : await explicitLogin(host, text);
  return createKubernetesClient(login, { clock, log });
};

async function explicitLogin(host: string, text: (name: string) => string | undefined): Promise<KubernetesLogin> {
  const {
    KUBERNETES_CA_CERT_FILE: caFile,
    KUBERNETES_CERT_FILE: certFile,
    KUBERNETES_KEY_FILE: keyFile,
  } = {
    KUBERNETES_CA_CERT_FILE: text('KUBERNETES_CA_CERT_FILE'),
    KUBERNETES_CERT_FILE: text('KUBERNETES_CERT_FILE'),
    KUBERNETES_KEY_FILE: text('KUBERNETES_KEY_FILE'),
  };
  const user = {
    ...(text('KUBERNETES_USERNAME') === undefined
      ? {}
      : { username: text('KUBERNETES_USERNAME'), password: text('KUBERNETES_PASSWORD') ?? '' }),
    ...(certFile === undefined || keyFile === undefined ? {} : { 'client-certificate': certFile, 'client-key': keyFile }),
  };
  const cluster = {
    server: host,
    ...(caFile === undefined ? {} : { 'certificate-authority': caFile }),
    ...(/^(false|no|0)$/i.test(text('KUBERNETES_VERIFY_SSL') ?? '') ? { 'insecure-skip-tls-verify': true } : {}),
  };
  const config = {
    'current-context': 'secrets of the experiment',
    contexts: [{ name: 'secrets of the experiment', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user }],
  };
  const { readFile } = await import('node:fs/promises');
  const here = `${process.cwd()}/secrets of the experiment`;
  const login = await loadKubeconfig({
    env: {},
    path: here,
    readFile: (path) => (path === here ? Promise.resolve(JSON.stringify(config)) : readFile(path, 'utf8')),
  });
  const key = text('KUBERNETES_API_KEY');
  if (key === undefined) return login;
  const authorization = `${text('KUBERNETES_API_KEY_PREFIX') ?? 'Bearer'} ${key}`;
  return { ...login, credentials: async (options) => ({ ...(await login.credentials(options)), headers: { authorization } }) };
}
