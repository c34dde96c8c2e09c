/** A container's own restart policy and rules. Source: validateContainerRestartPolicy, pkg/apis/core/validation, 1.36. */
import type { Problems } from '../problems.ts';
import type { ContainerFields, RestartRuleFields } from './_pod-fields.ts';

const POLICIES = ['Always', 'Never', 'OnFailure'];
const ACTIONS = ['Restart', 'RestartAllContainers'];
const OPERATORS = ['In', 'NotIn'];
const MOST_RULES = 20;
const MOST_EXIT_CODES = 255;

export function validateRestarts({ restartPolicy, restartPolicyRules = [] }: ContainerFields, path: string, problems: Problems): void {
  if (restartPolicy === undefined) {
    if (restartPolicyRules.length > 0) problems.required(`${path}.restartPolicy`, 'must specify restartPolicy when restart rules are used');
  } else if (!POLICIES.includes(restartPolicy)) problems.unsupported(`${path}.restartPolicy`, restartPolicy, POLICIES);
  const at = `${path}.restartPolicyRules`;
  if (restartPolicyRules.length > MOST_RULES) problems.tooMany(at, restartPolicyRules.length, MOST_RULES);
  for (const [index, rule] of restartPolicyRules.entries()) validateRule(rule, `${at}[${index}]`, problems);
}

function validateRule({ action = '', exitCodes }: RestartRuleFields, path: string, problems: Problems): void {
  if (!ACTIONS.includes(action)) problems.unsupported(`${path}.action`, action, ACTIONS);
  if (exitCodes === undefined) return problems.required(`${path}.exitCodes`, 'must be specified');
  const { operator = '', values = [] } = exitCodes;
  if (!OPERATORS.includes(operator)) problems.unsupported(`${path}.exitCodes.operator`, operator, OPERATORS);
  if (values.length > MOST_EXIT_CODES) problems.tooMany(`${path}.exitCodes.values`, values.length, MOST_EXIT_CODES);
  return undefined;
}
