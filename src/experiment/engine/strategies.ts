/** When the hypothesis is checked and when rollbacks are played. Source: chaostoolkit-compat.md b.3. */

export const HYPOTHESIS_STRATEGIES = [
  'default',
  'before-method-only',
  'after-method-only',
  'during-method-only',
  'continuously',
  'skip',
] as const;
export type HypothesisStrategy = (typeof HYPOTHESIS_STRATEGIES)[number];

export const ROLLBACK_STRATEGIES = ['default', 'always', 'never', 'deviated'] as const;
export type RollbackStrategy = (typeof ROLLBACK_STRATEGIES)[number];

export const DRY_MODES = ['probes', 'actions', 'activities', 'pause'] as const;
export type DryMode = (typeof DRY_MODES)[number];

/** At which moments a strategy checks the hypothesis. */
export function momentsOf(strategy: HypothesisStrategy): { before: boolean; during: boolean; after: boolean } {
  switch (strategy) {
    case 'default':
      return { before: true, during: false, after: true };
    case 'before-method-only':
      return { before: true, during: false, after: false };
    case 'after-method-only':
      return { before: false, during: false, after: true };
    case 'during-method-only':
      return { before: false, during: true, after: false };
    case 'continuously':
      return { before: true, during: true, after: true };
    case 'skip':
      return { before: false, during: false, after: false };
  }
}

/** Whether rollbacks are played. `status` is the journal's before it ends; a missed gate counts as completed here. */
export function playsRollbacks(strategy: RollbackStrategy, status: string, deviated: boolean): boolean {
  switch (strategy) {
    case 'always':
      return true;
    case 'never':
      return false;
    case 'deviated':
      return deviated;
    case 'default':
      return status !== 'failed' && status !== 'interrupted';
  }
}

/** The strategy that a text names (`continously` is how the original spells it too); undefined for none. */
export function hypothesisStrategy(text: unknown): HypothesisStrategy | undefined {
  return text === 'continously' ? 'continuously' : HYPOTHESIS_STRATEGIES.find((strategy) => strategy === text);
}

/** The strategy that a text names; undefined for none. */
export function rollbackStrategy(text: unknown): RollbackStrategy | undefined {
  return ROLLBACK_STRATEGIES.find((strategy) => strategy === text);
}
