/** Opinions that are dragged onto a topic (归并). */
import type { TopicState } from '../../bindings/TopicState'

/** What a drag of opinions carries: their ids as a JSON list. */
export const OPINIONS_DRAGGED = 'application/x-xinghuo-opinions'

/** Whether a topic in this state still takes opinions. */
export function gathers(state: TopicState): boolean {
  return state === 'candidate' || state === 'chosen'
}

/** The opinions a drop brings; none where it brings something else. */
export function dropped(event: DragEvent): string[] {
  const text = event.dataTransfer?.getData(OPINIONS_DRAGGED)
  if (!text) return []
  const ids: unknown = JSON.parse(text)
  return Array.isArray(ids) ? ids.filter((id): id is string => typeof id === 'string') : []
}
