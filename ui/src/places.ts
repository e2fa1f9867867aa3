/** Where a record lives: the address of its page. */

/** The address of a record of this kind (as in find results and due lines). */
export function placeOf(kind: string, id: string, month: string | null): string {
  if (kind === 'person') return `/people/${id}`
  if (kind === 'request') return `/requests/${id}`
  if (kind === 'mediation') return `/requests/mediations/${id}`
  if (kind === 'publicity') return `/publicity/${id}`
  if (kind === 'house_rule' || kind === 'campaign') return `/order/${id}`
  if (kind === 'canvass') return `/canvass/${id}`
  if (kind === 'demand') return `/demands/${id}`
  if (kind === 'opinion') return month ? `/council/${month}?step=gather` : '/council?step=gather'
  return month ? `/council/${month}` : '/council'
}
