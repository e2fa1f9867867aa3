/** Opinions that topics gather (归并), and those that wait for one. */
import type { CouncilView } from '../../bindings/CouncilView'
import type { OpinionLine } from '../../bindings/OpinionLine'
import type { Topic } from '../../bindings/Topic'
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

/** Opinions that are in no topic yet: of the month, and left over from the one before. */
export function freeOpinions({ opinions, earlier }: CouncilView): OpinionLine[] {
  return [...opinions, ...earlier].filter(({ in_topic }) => in_topic === null)
}

/** The opinions of a topic that the month's page has: those of this month and the last. */
export function gatheredBy({ opinions }: Topic, view: CouncilView): OpinionLine[] {
  return [...view.opinions, ...view.earlier].filter(({ opinion }) => opinions.includes(opinion.id))
}
