/** Where a record lives: the address of its page. */
import type { StepView } from './bindings/StepView'

/** In which step of its month a record stands; a topic wherever the month is. */
const STEPS: Record<string, StepView['step']> = { opinion: 'gather', task: 'carry_out', feedback: 'report' }

/** The address of a record of this kind (as in find results and due lines). */
export function placeOf(kind: string, id: string, month: string | null): string {
  if (kind === 'person') return `/people/${id}`
  if (kind === 'request') return `/requests/${id}`
  if (kind === 'mediation') return `/requests/mediations/${id}`
  if (kind === 'publicity') return `/publicity/${id}`
  if (kind === 'house_rule' || kind === 'campaign') return `/order/${id}`
  if (kind === 'canvass') return `/canvass/${id}`
  if (kind === 'demand') return `/demands/${id}`
  // What is of no month, a delegate or a body (业委会换届), is at the foot of the current one.
  const step = STEPS[kind]
  return `/council${month ? `/${month}` : ''}${step ? `?step=${step}` : ''}`
}
