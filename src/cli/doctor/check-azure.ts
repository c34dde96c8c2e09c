import { EvenkeelError, messageOf } from '../../base/index.ts';
import { connectToAzure } from '../../drivers/azure/index.ts';
import type { CommandContext } from '../context.ts';
import type { Finding } from './finding.ts';

const SCALE_SETS = "Resources | where type =~ 'Microsoft.Compute/virtualMachineScaleSets' | project id, name, resourceGroup";

/** Whether Azure lets this account in, and shows it scale sets. Not configured at all is no fault: many commands need no Azure. */
export async function checkAzure(context: CommandContext): Promise<Finding[]> {
  const { env, clock, log, signal, program } = context;
  const check = 'azure';
  if (!env['AZURE_AUTH_LOCATION'] && !env['AZURE_SUBSCRIPTION_ID']) {
    const advice = 'Faults on instances need it: set AZURE_AUTH_LOCATION, or AZURE_SUBSCRIPTION_ID and `az login`.';
    return [{ check, state: 'warn', detail: 'not configured', advice }];
  }
  try {
    const arm = await connectToAzure({ env, clock, log, configuration: {}, secrets: {} });
    const found = await arm.queryGraph(SCALE_SETS, { signal });
    const names = found.map((row) => String(row['name']));
    if (names.length > 0)
      return [{ check, state: 'ok', detail: `subscription ${arm.subscriptionId}: scale sets ${names.slice(0, 5).join(', ')}` }];
    const advice = `Give this account the role that an experiment needs: ${program} azure role FILE`;
    return [{ check, state: 'warn', detail: `signed in to ${arm.subscriptionId}, which shows no scale set`, advice }];
  } catch (error) {
    const hint = error instanceof EvenkeelError ? error.hint : undefined;
    return [{ check, state: 'bad', detail: messageOf(error), ...(hint === undefined ? {} : { advice: hint }) }];
  }
}
