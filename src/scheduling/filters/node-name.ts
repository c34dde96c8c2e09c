import { unresolvable, type FilterPlugin } from './_shared.ts';

const NAME = 'NodeName';
const REFUSAL = unresolvable(NAME, "node(s) didn't match the requested node name");

/** A pod that names its node goes nowhere else. */
export const nodeName: FilterPlugin = {
  name: NAME,
  summary: 'honours spec.nodeName',
  reads: ({ node }) => node,
  prepare: (table, { node: wanted }) =>
    wanted === undefined ? undefined : { check: (node) => (table.node(node).name === wanted ? undefined : REFUSAL) },
};
