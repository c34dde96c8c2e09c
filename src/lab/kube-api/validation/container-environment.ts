/** A container's environment. Source: ValidateEnv, ValidateEnvFrom and their kin, pkg/apis/core/validation, 1.36. */
import type { Problems } from '../problems.ts';
import { configKeyProblems, environmentNameProblems, labelProblems, subdomainProblems } from './_names.ts';
import type { EnvFields, EnvFromFields, FileKeyFields } from './_pod-fields.ts';
import { validateUnreservedPath } from './_paths.ts';
import { ENVIRONMENT_FIELDS, validateFieldReference, validateResourceReference } from './pod-references.ts';

/** Several things are told at the list, not at the variable. */
const SEVERAL = 'may not have more than one field specified at a time';

export function validateEnvironment(variables: readonly EnvFields[], path: string, problems: Problems): void {
  for (const [index, variable] of variables.entries()) {
    const at = `${path}[${index}]`;
    const { name = '' } = variable;
    if (name === '') problems.required(`${at}.name`);
    else problems.eachInvalid(`${at}.name`, name, environmentNameProblems(name));
    if (variable.valueFrom) validateValueFrom(variable.valueFrom, variable.value ?? '', `${at}.valueFrom`, problems);
  }
}

function validateValueFrom(from: NonNullable<EnvFields['valueFrom']>, value: string, path: string, problems: Problems): void {
  const { fileKeyRef } = from as { readonly fileKeyRef?: FileKeyFields }; // newer than the types
  const sources = [from.fieldRef, from.resourceFieldRef, from.configMapKeyRef, from.secretKeyRef, fileKeyRef];
  const count = sources.filter((source) => source !== undefined).length;
  if (from.fieldRef) validateFieldReference(from.fieldRef, ENVIRONMENT_FIELDS, `${path}.fieldRef`, problems);
  if (from.resourceFieldRef) validateResourceReference(from.resourceFieldRef, `${path}.resourceFieldRef`, problems);
  if (from.configMapKeyRef) validateKeySelector(from.configMapKeyRef, `${path}.configMapKeyRef`, problems);
  if (from.secretKeyRef) validateKeySelector(from.secretKeyRef, `${path}.secretKeyRef`, problems);
  if (fileKeyRef) validateFileKey(fileKeyRef, `${path}.fileKeyRef`, problems);
  if (count === 0) {
    problems.invalid(path, '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`');
  } else if (value !== '') problems.invalid(path, '', 'may not be specified when `value` is not empty');
  else if (count > 1) problems.invalid(path, '', SEVERAL);
}

function validateKeySelector(
  { name = '', key = '' }: NonNullable<NonNullable<EnvFields['valueFrom']>['secretKeyRef']>,
  path: string,
  problems: Problems,
): void {
  problems.eachInvalid(`${path}.name`, name, subdomainProblems(name));
  if (key === '') problems.required(`${path}.key`);
  else problems.eachInvalid(`${path}.key`, key, configKeyProblems(key));
}

function validateFileKey({ key = '', volumeName = '', path: file = '' }: FileKeyFields, path: string, problems: Problems): void {
  if (key === '') problems.required(`${path}.key`);
  else problems.eachInvalid(`${path}.key`, key, environmentNameProblems(key));
  if (volumeName === '') problems.required(`${path}.volumeName`);
  else problems.eachInvalid(`${path}.volumeName`, volumeName, labelProblems(volumeName));
  if (file === '') problems.required(`${path}.path`);
  else validateUnreservedPath(file, `${path}.path`, problems);
}

export function validateEnvironmentFrom(sources: readonly EnvFromFields[], path: string, problems: Problems): void {
  for (const [index, { prefix = '', configMapRef, secretRef }] of sources.entries()) {
    const at = `${path}[${index}]`;
    if (prefix !== '') problems.eachInvalid(`${at}.prefix`, prefix, environmentNameProblems(prefix));
    if (configMapRef) validateSourceName(configMapRef.name, `${at}.configMapRef.name`, problems);
    if (secretRef) validateSourceName(secretRef.name, `${at}.secretRef.name`, problems);
    if (!configMapRef && !secretRef) problems.invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`');
    else if (configMapRef && secretRef) problems.invalid(path, '', SEVERAL);
  }
}

/** The name may be the start of one: a dash at its end is let through. */
function validateSourceName(name: string | undefined, path: string, problems: Problems): void {
  if ((name ?? '') === '') problems.required(path);
  else problems.eachInvalid(path, name, subdomainProblems((name ?? '').replace(/-$/, 'a')));
}
