import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EvenkeelError, makeFolder } from '../base/index.ts';
import type { LabAzureLayout } from './arm-api/index.ts';

export interface LabFilesOptions {
  readonly folder: string;
  readonly ca: string;
  readonly layout: LabAzureLayout;
  readonly kubernetes: { readonly url: string; readonly token: string; readonly namespace: string };
  readonly azureUrl: string;
}

/** Paths of what was written. */
export interface LabFiles {
  readonly kubeconfig: string;
  readonly ca: string;
  readonly credentials: string;
}

/** Writes what a user signs in with, readable by its owner alone. Errors: `ENVIRONMENT` when the folder can not be written. */
export async function writeFiles(options: LabFilesOptions): Promise<LabFiles> {
  const { folder, ca } = options;
  const files = { kubeconfig: join(folder, 'kubeconfig'), ca: join(folder, 'ca.pem'), credentials: join(folder, 'credentials.json') };
  const write = async (path: string, text: string): Promise<void> => {
    // A file that is there already would keep its mode.
    await rm(path, { force: true });
    await writeFile(path, text, { mode: 0o600, flag: 'wx' });
  };
  try {
    await makeFolder(folder);
    await write(files.ca, ca);
    await write(files.kubeconfig, kubeconfig(options));
    await write(files.credentials, `${JSON.stringify(sdkAuth(options), undefined, 2)}\n`);
  } catch (error) {
    throw new EvenkeelError('ENVIRONMENT', `the lab can not write its files to ${folder}`, {
      blame: 'environment',
      hint: 'Choose a folder that can be written.',
      cause: error,
    });
  }
  return files;
}

/** JSON is YAML too; each client reads it. */
function kubeconfig({ ca, layout, kubernetes }: LabFilesOptions): string {
  const name = layout.clusterName;
  const user = `clusterUser_${layout.resourceGroup}_${name}`;
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: kubernetes.url, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
    users: [{ name: user, user: { token: kubernetes.token } }],
    contexts: [{ name, context: { cluster: name, user, namespace: kubernetes.namespace } }],
    'current-context': name,
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}

/** The form that `az ad sp create-for-rbac --sdk-auth` writes. */
function sdkAuth({ layout, azureUrl }: LabFilesOptions): Record<string, string> {
  return {
    clientId: layout.clientId,
    clientSecret: layout.clientSecret,
    subscriptionId: layout.subscriptionId,
    tenantId: layout.tenantId,
    activeDirectoryEndpointUrl: azureUrl,
    resourceManagerEndpointUrl: `${azureUrl}/`,
    activeDirectoryGraphResourceId: `${azureUrl}/`,
    sqlManagementEndpointUrl: `${azureUrl}/`,
    galleryEndpointUrl: `${azureUrl}/`,
    managementEndpointUrl: `${azureUrl}/`,
  };
}
