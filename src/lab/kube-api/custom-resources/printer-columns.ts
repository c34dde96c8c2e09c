/** A definition's columns. Source: apiextensions-apiserver pkg/registry/customresource/tableconvertor, 1.36. */
import { isObject, textOf } from '../json.ts';
import { ageOf } from '../tables/ages.ts';
import type { Cell, Column } from '../tables/_column.ts';
import { parseJsonPath, valuesAt } from './json-path.ts';
import type { CustomVersion, PrinterColumn } from './types.ts';

const NAME: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  priority: 0,
  cell: ({ metadata }) => metadata.name,
};
/** What a definition without columns has. */
const AGE: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

const made = new WeakMap<CustomVersion, readonly Column[]>();

/** The columns of a custom resource; the same for the same version. */
export function customColumnsOf(version: CustomVersion): readonly Column[] {
  const known = made.get(version);
  if (known !== undefined) return known;
  const own = version.columns.length > 0 ? version.columns : [AGE];
  const columns = [NAME, ...own.map(columnOf)];
  made.set(version, columns);
  return columns;
}

function columnOf(column: PrinterColumn): Column {
  const { name = '', type = 'string', format = '', priority = 0, jsonPath = '', description } = column;
  const steps = parseJsonPath(jsonPath);
  const told = description === undefined || description === '' ? undefined : description;
  return {
    name,
    type,
    format,
    priority,
    description: told ?? (column === AGE ? '' : `Custom resource definition column (in JSONPath format): ${jsonPath}`),
    cell: (object, nowMs) => {
      const [value] = steps === undefined ? [] : valuesAt(object, steps);
      return value === undefined || value === null ? null : cellOf(type, value, nowMs);
    },
  };
}

function cellOf(type: string, value: unknown, nowMs: number): Cell {
  switch (type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      if (typeof value !== 'string') return null;
      return Number.isNaN(Date.parse(value)) ? '<invalid>' : ageOf(value, nowMs);
    default:
      return Array.isArray(value) || isObject(value) ? JSON.stringify(value) : textOf(value);
  }
}
