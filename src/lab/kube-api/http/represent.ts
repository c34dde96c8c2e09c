/** The forms an object is answered in: itself, a row of a Table, bare metadata. */
import { groupVersionOf } from '../../../kubernetes/index.ts';
import { customColumnsOf } from '../custom-resources/printer-columns.ts';
import { isCustom } from '../custom-resources/types.ts';
import type { Json } from '../json.ts';
import { asGoWrites } from './as-go-writes.ts';
import type { Stored } from '../store.ts';
import { columnsOf, type Column } from '../tables/columns.ts';
import type { Call, Served } from './types.ts';
import { keptText, withItems, Written } from './written.ts';

export type Form = 'object' | 'table' | 'metadata';

/** What the Accept header asks for first among what we have. */
export function formOf({ request }: Call): Form {
  for (const part of (request.headers.accept ?? '').split(',')) {
    if (/as=Table/.test(part) && /v=v1(;|$)/.test(part)) return 'table';
    if (/as=PartialObjectMetadata/.test(part)) return 'metadata';
    if (/as=/.test(part)) continue;
    return 'object';
  }
  return 'object';
}

/** The object as its group version shows it. */
export const versioned = ({ toVersion, resource }: Served, object: Stored): Json => {
  const shown = toVersion ? toVersion(object) : object;
  return isCustom(resource) ? shown : asGoWrites(shown);
};

const partial = (object: Stored): Json => ({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata });

/** Items of a list leave out what the list says. */
function itemOf(object: Json): Json {
  const { kind: _kind, apiVersion: _version, ...rest } = object;
  return rest;
}

const itemText = keptText(itemOf);
const metadataText = keptText((metadata: object) => metadata);

const definition = ({ name, type, format, priority, description = '' }: Column): Json => ({ name, type, format, description, priority });

/** A Table of the given objects. `includeObject` (query) says what each row carries. */
export function tableOf(call: Call, served: Served, objects: readonly Stored[], metadata: Json, withColumns = true): Json {
  const { resource } = served;
  const columns = isCustom(resource) ? customColumnsOf(resource.custom) : columnsOf(resource.kind);
  const include = call.query.get('includeObject') ?? 'Metadata';
  const nowMs = call.clock.now();
  const rows = objects.map((object) => ({
    cells: columns.map(({ cell }) => cell(object, nowMs)),
    object: include === 'None' ? null : include === 'Object' ? versioned(served, object) : partial(object),
  }));
  return { kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata, columnDefinitions: withColumns ? columns.map(definition) : null, rows };
}

/** As `tableOf`; the metadata in the rows is written out once for each object. */
function tableBody(call: Call, served: Served, objects: readonly Stored[], metadata: Json): Json | Written {
  if ((call.query.get('includeObject') ?? 'Metadata') !== 'Metadata') return tableOf(call, served, objects, metadata);
  const text = (): string => {
    const { rows, ...head } = tableOf(call, served, objects, metadata);
    const texts = (rows as readonly { readonly cells: unknown }[]).map(({ cells }, index) => {
      // made by tableOf
      const own = metadataText(objects[index]?.metadata ?? {});
      return `{"cells":${JSON.stringify(cells)},"object":{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":${own}}}`;
    });
    return withItems(head, 'rows', texts);
  };
  return new Written(() => tableOf(call, served, objects, metadata), text);
}

/** One object in the form asked for. */
export function represent(call: Call, served: Served, object: Stored): Json {
  const form = formOf(call);
  if (form === 'table') return tableOf(call, served, [object], { resourceVersion: object.metadata.resourceVersion ?? '' });
  return form === 'metadata' ? partial(object) : versioned(served, object);
}

/** A list in the form asked for. */
export function representList(call: Call, served: Served, objects: readonly Stored[], metadata: Json): Json | Written {
  const form = formOf(call);
  if (form === 'table') return tableBody(call, served, objects, metadata);
  if (form === 'metadata') {
    return { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items: objects.map(partial) };
  }
  const { resource } = served;
  const apiVersion = groupVersionOf(resource);
  // Their items, unlike those of other lists, tell what they are.
  if (isCustom(resource))
    return { apiVersion, items: objects.map((object) => versioned(served, object)), kind: resource.custom.listKind, metadata };
  const head = { kind: `${resource.kind}List`, apiVersion, metadata };
  const shown = objects.map((object) => versioned(served, object));
  return new Written(
    () => ({ ...head, items: shown.map(itemOf) }),
    () => withItems(head, 'items', shown.map(itemText)),
  );
}
