/** Reading and writing an application gateway with its routing rules. */
import { z } from 'zod';
import type { ArmClient } from '../../clients/index.ts';
import { API } from './_api-versions.ts';

export const GATEWAY_TYPE = 'Microsoft.Network/applicationGateways';
export const RESTORE_ROUTES_UNDO = 'azure/restore-gateway-routes';

export const ruleShape = z.looseObject({
  id: z.string().optional(),
  name: z.string(),
  properties: z.record(z.string(), z.unknown()).optional(),
});
export type Rule = z.infer<typeof ruleShape>;

const gatewayShape = z.looseObject({ properties: z.looseObject({ requestRoutingRules: z.array(ruleShape).default([]) }) });

export interface Gateway {
  readonly body: z.infer<typeof gatewayShape>;
  readonly rules: readonly Rule[];
}

interface Surroundings {
  readonly arm: ArmClient;
  readonly signal: AbortSignal;
}

export async function readGateway(path: string, { arm, signal }: Surroundings): Promise<Gateway> {
  const body = gatewayShape.parse(await arm.request('GET', path, { apiVersion: API.network, signal }));
  return { body, rules: body.properties.requestRoutingRules };
}

/** Writes the gateway back with other rules. What the service alone sets is left out. */
export async function putGateway(
  path: string,
  { body }: Gateway,
  rules: readonly Rule[],
  options: Surroundings & { readonly limitMs: number },
): Promise<void> {
  const { name: _name, type: _type, etag: _etag, properties, ...rest } = body;
  const { operationalState: _operational, provisioningState: _provisioning, resourceGuid: _guid, ...settings } = properties;
  const sent = { ...rest, properties: { ...settings, requestRoutingRules: rules } };
  const { limitMs, signal } = options;
  await options.arm.runOperation('PUT', path, { apiVersion: API.network, body: sent, limitMs, signal });
}
