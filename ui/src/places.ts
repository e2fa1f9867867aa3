/** Where a record lives: the address of its page. */

/** The address of a record of this kind (as in find results and due lines). */
export function placeOf(kind: string, id: string, month: string | null): string {
  if (kind === 'person') return `/people/${id}`
  if (kind === 'request') return `/requests/${id}`
  if (kind === 'mediation') return `/requests/mediations/${id}`
  return month ? `/council/${month}` : '/council'
}
