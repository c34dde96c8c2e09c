/** The Chaos Toolkit's experiment, as it stands in the file. Unknown keys are kept. Source: reference/chaostoolkit-compat.md, section a. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface Provider {
  readonly type: string;
  readonly [key: string]: unknown;
}

export interface Activity {
  readonly type?: 'probe' | 'action';
  readonly name?: string;
  readonly provider?: Provider;
  readonly ref?: string;
  readonly background?: boolean;
  readonly pauses?: { readonly before?: number | string; readonly after?: number | string };
  readonly tolerance?: unknown;
  readonly controls?: readonly Control[];
  readonly [key: string]: unknown;
}

export interface Control {
  readonly name: string;
  readonly provider?: Provider;
  readonly scope?: 'before' | 'after';
  readonly automatic?: boolean;
  readonly [key: string]: unknown;
}

export interface SteadyStateHypothesis {
  readonly title: string;
  readonly probes?: readonly Activity[];
  readonly controls?: readonly Control[];
}

export interface Experiment {
  readonly title: string;
  readonly description: string;
  readonly tags?: readonly string[];
  readonly configuration?: Readonly<Record<string, unknown>>;
  readonly secrets?: Readonly<Record<string, unknown>>;
  readonly 'steady-state-hypothesis'?: SteadyStateHypothesis;
  readonly method: readonly Activity[];
  readonly rollbacks?: readonly Activity[];
  readonly controls?: readonly Control[];
  readonly extensions?: readonly { readonly name: string; readonly [key: string]: unknown }[];
  readonly runtime?: { readonly hypothesis?: { readonly strategy?: string }; readonly rollbacks?: { readonly strategy?: string } };
  readonly [key: string]: unknown;
}
