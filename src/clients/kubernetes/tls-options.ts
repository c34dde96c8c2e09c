import type { Credentials, KubernetesLogin } from './kubernetes-login.ts';

/** What node:https and ws need to trust the server and to prove who we are. */
export function tlsOptions({ tls }: KubernetesLogin, { cert, key }: Credentials) {
  return {
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
    rejectUnauthorized: !tls.insecure,
  };
}
