/** A CustomResourceDefinition as the lab reads it. Source: apiextensions.k8s.io/v1. */
import type { Resource } from '../../../kubernetes/index.ts';
import type { KindRules } from '../kind-rules.ts';
import type { Schema } from '../schema/schemas.ts';
import type { Stored } from '../store.ts';

/** A rule in CEL. */
export interface ValidationRule {
  readonly rule?: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
}

/** `JSONSchemaProps`: what a definition says of its objects. */
export interface JsonSchema {
  readonly id?: string;
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly nullable?: boolean;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>;
  readonly definitions?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly additionalItems?: JsonSchema | boolean;
  readonly items?: JsonSchema | readonly JsonSchema[];
  readonly dependencies?: unknown;
  readonly externalDocs?: unknown;
  readonly allOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly not?: JsonSchema;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: string;
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[];
}

export interface PrinterColumn {
  readonly name?: string;
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly priority?: number;
  readonly jsonPath?: string;
}

export interface ScalePaths {
  readonly specReplicasPath?: string;
  readonly statusReplicasPath?: string;
  readonly labelSelectorPath?: string;
}

export interface DefinitionVersion {
  readonly name?: string;
  readonly served?: boolean;
  readonly storage?: boolean;
  readonly deprecated?: boolean;
  readonly deprecationWarning?: string;
  readonly schema?: { readonly openAPIV3Schema?: JsonSchema };
  readonly subresources?: { readonly status?: object; readonly scale?: ScalePaths };
  readonly additionalPrinterColumns?: readonly PrinterColumn[];
  readonly selectableFields?: readonly { readonly jsonPath?: string }[];
}

export interface DefinitionNames {
  readonly plural?: string;
  readonly singular?: string;
  readonly kind?: string;
  readonly listKind?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

export interface DefinitionCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime?: string;
}

export interface DefinitionSpec {
  readonly group?: string;
  readonly scope?: string;
  readonly names?: DefinitionNames;
  readonly versions?: readonly DefinitionVersion[];
  readonly preserveUnknownFields?: boolean;
  readonly conversion?: { readonly strategy?: string; readonly webhook?: unknown };
}

/** The object; everything may be missing before it was validated. */
export interface Definition extends Stored {
  spec?: DefinitionSpec;
  status?: {
    conditions?: readonly DefinitionCondition[];
    acceptedNames?: DefinitionNames;
    storedVersions?: readonly string[];
  };
}

/** One served version of a definition, ready for use. */
export interface CustomVersion {
  /** As objects have it. */
  readonly kind: string;
  readonly storageVersion: string;
  readonly listKind: string;
  /** What the definition says. */
  readonly schema: JsonSchema;
  /** The same with metadata, in the form that field sets are computed from. */
  readonly shape: Schema;
  readonly hasStatus: boolean;
  readonly scale: ScalePaths | undefined;
  readonly columns: readonly PrinterColumn[];
  readonly selectable: readonly string[];
  /** Told with every answer of a deprecated version. */
  readonly warning: string | undefined;
  readonly isTerminating: boolean;
  readonly rules: Omit<KindRules, 'kind'>;
}

/**
 * A row of the API; `custom` where a definition made it. The `kind` of such a row is the name of its definition (`crontabs.stable.example.com`),
 * under which its objects are stored and its rules found: groups may have kinds of the same name.
 */
export interface LabResource extends Resource {
  readonly custom?: CustomVersion;
}

/** A row that a definition made. */
export interface CustomResource extends LabResource {
  readonly custom: CustomVersion;
}

/** The kind that objects of a resource carry. */
export const kindOf = ({ kind, custom }: LabResource): string => custom?.kind ?? kind;

/** Did a definition make it? */
export const isCustom = (resource: LabResource): resource is CustomResource => resource.custom !== undefined;
