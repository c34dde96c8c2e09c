/** What random clients do. */
import { array, boolean, constant, constantFrom, dictionary, nat, oneof, option, record, type Arbitrary } from 'fast-check';

export type Command =
  | {
      readonly do: 'create';
      readonly name: string;
      readonly app: string;
      readonly data: Data;
      readonly finalizer: boolean;
      readonly dryRun: boolean;
    }
  | { readonly do: 'put'; readonly name: string; readonly app: string; readonly data: Data; readonly version: 'current' | 'none' | 'stale' }
  | { readonly do: 'merge'; readonly name: string; readonly keys: Readonly<Record<string, string | null>>; readonly strategic: boolean }
  | { readonly do: 'json'; readonly name: string; readonly key: string; readonly value: string; readonly expects: string | undefined }
  | { readonly do: 'apply'; readonly name: string; readonly data: Data; readonly force: boolean }
  | { readonly do: 'delete'; readonly name: string; readonly policy: string | undefined; readonly otherUid: boolean }
  | { readonly do: 'deleteAll'; readonly app: string }
  | { readonly do: 'release'; readonly name: string }
  | { readonly do: 'get'; readonly name: string }
  | { readonly do: 'list'; readonly app: string | undefined; readonly limit: number }
  /** A list as it was some writes ago. */
  | { readonly do: 'past'; readonly back: number };

export type Data = Readonly<Record<string, string>>;

const name = constantFrom('a', 'b', 'c', 'd');
const app = constantFrom('x', 'y');
const key = constantFrom('k1', 'k2', 'k3');
const value = constantFrom('MQ==', 'Mg==');
const data = dictionary(key, value, { noNullPrototype: true });
const just = <const T extends string>(what: T): Arbitrary<T> => constant(what);

const command: Arbitrary<Command> = oneof(
  {
    weight: 4,
    arbitrary: record({ do: just('create'), name, app, data, finalizer: boolean(), dryRun: nat(7).map((n) => n === 0) }),
  },
  { weight: 3, arbitrary: record({ do: just('put'), name, app, data, version: constantFrom('current', 'none', 'stale') }) },
  {
    weight: 3,
    arbitrary: record({
      do: just('merge'),
      name,
      keys: dictionary(key, option(value), { noNullPrototype: true }),
      strategic: boolean(),
    }),
  },
  { weight: 2, arbitrary: record({ do: just('json'), name, key, value, expects: option(value, { nil: undefined }) }) },
  { weight: 4, arbitrary: record({ do: just('apply'), name, data, force: boolean() }) },
  {
    weight: 3,
    arbitrary: record({
      do: just('delete'),
      name,
      policy: constantFrom(undefined, 'Background'),
      otherUid: nat(5).map((n) => n === 0),
    }),
  },
  { weight: 1, arbitrary: record({ do: just('deleteAll'), app }) },
  { weight: 2, arbitrary: record({ do: just('release'), name }) },
  { weight: 1, arbitrary: record({ do: just('get'), name }) },
  { weight: 2, arbitrary: record({ do: just('list'), app: option(app, { nil: undefined }), limit: nat(3) }) },
  { weight: 1, arbitrary: record({ do: just('past'), back: nat(8) }) },
);

/** A session of up to `length` commands. */
export const commands = (length: number): Arbitrary<Command[]> => array(command, { minLength: 1, maxLength: length, size: 'max' });
