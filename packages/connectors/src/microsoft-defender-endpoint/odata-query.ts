import { percentEncode } from '@patchbay/kit';

export interface Listing {
  page: number;
  pageSize: number;
  sortField?: string | undefined;
  sortDirection?: 'asc' | 'desc' | undefined;
  /** By field; what has no value is left out. */
  filter: Record<string, string | string[] | undefined>;
}

/** https://learn.microsoft.com/en-us/defender-endpoint/api/exposed-apis-odata-samples */
export function odataQuery({ page, pageSize, sortField, sortDirection, filter }: Listing): string {
  const skip = (page - 1) * pageSize;
  const selected = odataFilter(filter);
  return [
    '$count=true',
    `$top=${pageSize}`,
    ...(skip > 0 ? [`$skip=${skip}`] : []),
    ...(sortField ? [`$orderby=${percentEncode(`${sortField} ${sortDirection}`)}`] : []),
    ...(selected === '' ? [] : [`$filter=${percentEncode(selected)}`]),
  ].join('&');
}

export function odataFilter(filter: Listing['filter']): string {
  return Object.entries(filter)
    .flatMap(([field, value]) => {
      if (value === undefined) return [];
      return Array.isArray(value)
        ? [`${field} in (${value.map(literal).join(',')})`]
        : [`${field} eq ${literal(value)}`];
    })
    .join(' AND ');
}

/** A quote in a text is written twice. https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part2-url-conventions.html#sec_URLSyntax */
function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
