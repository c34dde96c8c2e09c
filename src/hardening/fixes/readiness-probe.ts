import type { Container } from '../../kubernetes/index.ts';
import type { Fix } from '../types.ts';
import { isScalable, templateChange } from './_shared.ts';

/** A readiness probe for containers that serve a known port and have none: traffic goes only to those that listen. */
export const readinessProbe: Fix = {
  name: 'readiness-probe',
  summary: 'traffic only to pods that listen, where a port is known',
  byDefault: false,
  propose: (model, id) => {
    const workload = model.workload(id);
    if (workload === undefined || !isScalable(workload) || workload.services.length === 0) return [];
    const probed = (workload.template.spec?.containers ?? []).flatMap((container) => {
      const port = servedPort(container);
      if (port === undefined || container.readinessProbe !== undefined) return [];
      return [{ name: container.name, readinessProbe: { tcpSocket: { port }, periodSeconds: 5, failureThreshold: 3 } }];
    });
    if (probed.length === 0) return [];
    const text = {
      summary: `readiness probe for ${probed.map(({ name, readinessProbe: { tcpSocket } }) => `${name} (port ${tcpSocket.port})`).join(', ')}`,
      why: 'without one a replacement gets traffic before its application listens; an HTTP path that checks more is better still',
    };
    return [templateChange('readiness-probe', workload, text, { containers: probed })];
  },
};

const servedPort = ({ ports = [] }: Container): number | undefined =>
  ports.find(({ protocol }) => protocol === undefined || protocol === 'TCP')?.containerPort;
