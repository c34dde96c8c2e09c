/** DaemonSets. Source: ValidateDaemonSetSpec, pkg/apis/apps/validation and pkg/registry/apps/daemonset, 1.36. */
import type { DaemonSet } from '../../../kubernetes/index.ts';
import { sameJson } from '../json.ts';
import type { Problems } from '../problems.ts';
import { validateLastingTemplate, validateTemplateLabels, type GovernedSpec } from './_governed.ts';
import { IMMUTABLE, validateAtMost100Percent, validateIntOrPercent, validateNonnegative } from './_numbers.ts';
import { isEmptySelector, isUsableSelector } from './_selectors.ts';
import { goStrategy, isNothing } from './deployment.ts';

export type DaemonSetSpecFields = GovernedSpec<NonNullable<DaemonSet['spec']>>;
type StrategyFields = NonNullable<DaemonSetSpecFields['updateStrategy']>;

export function validateDaemonSetSpec(spec: DaemonSetSpecFields, problems: Problems, previous?: DaemonSetSpecFields): void {
  const { selector, template = {} } = spec;
  if (isUsableSelector(selector, 'spec.selector', problems)) validateTemplateLabels(selector, template, 'spec.template', problems);
  if (isEmptySelector(selector)) problems.invalid('spec.selector', selector, 'empty selector is invalid for daemonset');
  validateLastingTemplate(template, 'spec.template', problems, 'DaemonSet');
  validateNonnegative(spec.minReadySeconds, 'spec.minReadySeconds', problems);
  validateStrategy(spec.updateStrategy ?? {}, problems);
  validateNonnegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit', problems);
  if (previous && !sameJson(previous.selector, selector)) problems.invalid('spec.selector', selector, IMMUTABLE);
}

function validateStrategy(strategy: StrategyFields, problems: Problems): void {
  const path = 'spec.updateStrategy';
  const { type = '', rollingUpdate } = strategy;
  if (type === 'OnDelete') return;
  if (type !== 'RollingUpdate') return problems.unsupported(path, goStrategy(strategy), ['RollingUpdate', 'OnDelete']);
  if (rollingUpdate === undefined) return problems.required(`${path}.rollingUpdate`);
  const { maxUnavailable, maxSurge } = rollingUpdate;
  const at = `${path}.rollingUpdate`;
  validateIntOrPercent(maxUnavailable, `${at}.maxUnavailable`, problems);
  validateIntOrPercent(maxSurge, `${at}.maxSurge`, problems);
  validateAtMost100Percent(maxUnavailable, `${at}.maxUnavailable`, problems);
  validateAtMost100Percent(maxSurge, `${at}.maxSurge`, problems);
  const [unavailable, surge] = [!isNothing(maxUnavailable), !isNothing(maxSurge)];
  if (unavailable && surge) problems.invalid(`${at}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero');
  if (!unavailable && !surge) problems.required(`${at}.maxUnavailable`, 'cannot be 0 when maxSurge is 0');
}
