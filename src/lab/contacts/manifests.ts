/** The sample application's objects, as examples/manifests/contactsapp has them in YAML (a test compares the two). */
import type { Container, Deployment, Ingress, KubeObject, Namespace, Service } from '../../kubernetes/index.ts';
import { OUTSIDE_HOSTS } from './start-outside-services.ts';

export const CONTACTS_NAMESPACE = 'contactsapp';

interface Component {
  readonly deployment: string;
  /** The value of the label `service`; also the name of the Service, when something calls it. */
  readonly service: string;
  readonly called: boolean;
  readonly container: string;
  readonly image: string;
  readonly port: number;
  readonly servicePort: number;
  readonly replicas: number;
  readonly env: Readonly<Record<string, string>>;
  readonly livenessDelaySeconds: number;
}

const component = (given: Pick<Component, 'deployment' | 'service' | 'container' | 'image' | 'env'> & Partial<Component>): Component => ({
  called: true,
  port: 8080,
  servicePort: 80,
  replicas: 1,
  livenessDelaySeconds: 20,
  ...given,
});

const image = (name: string): string => `contactsapp.azurecr.io/${name}:2.0`;
const BUS_URL = `http://${OUTSIDE_HOSTS.bus}`;
const SEARCH_INDEX_URL = `http://${OUTSIDE_HOSTS.searchIndex}`;
const VISITREPORTS_DB_URL = `http://${OUTSIDE_HOSTS.visitReports}`;
const STORAGE_URL = `http://${OUTSIDE_HOSTS.storage}`;

/** One Deployment each. Names: the workshop's. */
export const CONTACTS_COMPONENTS: readonly Component[] = [
  component({
    deployment: 'frontend-deploy',
    service: 'frontend',
    container: 'frontend',
    image: image('adc-frontend'),
    env: {
      CONTACTS_URL: 'http://contacts',
      SEARCH_URL: 'http://search',
      VISITREPORTS_URL: 'http://visitreports',
      RESOURCES_URL: 'http://resources',
    },
  }),
  component({
    deployment: 'ca-deploy',
    service: 'contacts',
    container: 'contacts-api',
    image: image('adc-contacts-api'),
    env: { CONTACTS_DB_URL: 'http://mssql:1433', BUS_URL },
  }),
  component({
    deployment: 'mssql-deployment',
    service: 'mssql',
    container: 'mssql',
    image: 'mcr.microsoft.com/mssql/server:2019-latest',
    port: 1433,
    servicePort: 1433,
    env: {},
    livenessDelaySeconds: 40,
  }),
  component({
    deployment: 'resources-deploy',
    service: 'resources',
    container: 'resources-api',
    image: image('adc-resources-api'),
    env: { STORAGE_URL, BUS_URL },
  }),
  component({
    deployment: 'resources-function-deploy',
    service: 'resources-function',
    called: false,
    container: 'resources-function',
    image: image('adc-resources-function'),
    env: { STORAGE_URL, BUS_URL },
  }),
  component({
    deployment: 'search-deploy',
    service: 'search',
    container: 'search-api',
    image: image('adc-search-api'),
    replicas: 2,
    env: { SEARCH_INDEX_URL },
  }),
  component({
    deployment: 'search-function-deploy',
    service: 'search-function',
    called: false,
    container: 'search-function',
    image: image('adc-search-function'),
    env: { SEARCH_INDEX_URL, BUS_URL },
  }),
  component({
    deployment: 'textanalytics-function-deploy',
    service: 'textanalytics-function',
    called: false,
    container: 'textanalytics-function',
    image: image('adc-textanalytics-function'),
    env: { VISITREPORTS_DB_URL, BUS_URL },
  }),
  component({
    deployment: 'visitreports-deploy',
    service: 'visitreports',
    container: 'visitreports-api',
    image: image('adc-visitreports-api'),
    env: { VISITREPORTS_DB_URL, BUS_URL },
  }),
];

const PATHS: readonly (readonly [path: string, service: string])[] = [
  ['/contacts', 'contacts'],
  ['/search', 'search'],
  ['/visitreports', 'visitreports'],
  ['/resources', 'resources'],
  ['/', 'frontend'],
];

/** Everything that `kubectl apply -f examples/manifests/contactsapp` creates. */
export function contactsManifests(): readonly KubeObject[] {
  const called = CONTACTS_COMPONENTS.filter((entry) => entry.called);
  return [namespace(), ...CONTACTS_COMPONENTS.map(deploymentOf), ...called.map(serviceOf), ingress()];
}

const labelsOf = ({ service }: Component): Record<string, string> => ({ application: 'scmcontacts', service });

function namespace(): Namespace {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: CONTACTS_NAMESPACE } };
}

function deploymentOf(entry: Component): Deployment {
  const labels = labelsOf(entry);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: entry.deployment, namespace: CONTACTS_NAMESPACE, labels },
    spec: {
      replicas: entry.replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [containerOf(entry)] } },
    },
  };
}

function containerOf({ container, image, port, env, livenessDelaySeconds }: Component): Container {
  const variables = Object.entries(env).map(([name, value]) => ({ name, value }));
  return {
    name: container,
    image,
    ports: [{ name: 'http', containerPort: port }],
    ...(variables.length === 0 ? {} : { env: variables }),
    resources: { requests: { cpu: '100m', memory: '128Mi' } },
    readinessProbe: { httpGet: { path: '/ready', port: 'http' }, periodSeconds: 5 },
    livenessProbe: { httpGet: { path: '/healthz', port: 'http' }, initialDelaySeconds: livenessDelaySeconds },
  };
}

function serviceOf(entry: Component): Service {
  const labels = labelsOf(entry);
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: entry.service, namespace: CONTACTS_NAMESPACE, labels },
    spec: { selector: labels, ports: [{ name: 'http', port: entry.servicePort, targetPort: 'http' }] },
  };
}

function ingress(): Ingress {
  const paths = PATHS.map(([path, service]) => ({
    path,
    pathType: 'Prefix',
    backend: { service: { name: service, port: { name: 'http' } } },
  }));
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'contactsapp', namespace: CONTACTS_NAMESPACE, labels: { application: 'scmcontacts' } },
    spec: { ingressClassName: 'nginx', rules: [{ http: { paths } }] },
  };
}
