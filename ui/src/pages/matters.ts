/** What a paper, a letter or a canvass may be about: topics and final meetings of this month and the last, rules of the house; and the days its policy gives. */
import { computed, onMounted, type ComputedRef } from 'vue'
import type { CouncilView } from '../bindings/CouncilView'
import type { OrderView } from '../bindings/OrderView'
import type { Choice } from '../components/choices'
import { useAnswer } from '../desk'
import { monthWords } from '../format'
import { now, shiftMonth } from './council/month'
import { meetingKinds } from './council/terms'

/** As the forms need it. */
export interface Matters {
  topics: Choice[]
  meetings: Choice[]
  /** Rules of the house (小区规则) that hold or will. */
  rules: Choice[]
  publicityDays: number
  campaignDays: number
  demandDays: number
}

/** The choice that stands for none. */
export const NONE = 'none'

/** Asks for both months and the rules when the page opens, and again when one of them changed. */
export function useMatters(): ComputedRef<Matters> {
  const kinds = ['topic', 'meeting', 'policy_pack']
  const { value: current, load } = useAnswer<CouncilView>(() => ({ ask: 'council', month: null }), kinds)
  const { value: last, load: loadLast } = useAnswer<CouncilView>(() => ({ ask: 'council', month: shiftMonth(now().slice(0, 7), -1) }), kinds)
  onMounted(load)
  onMounted(loadLast)
  const { value: house, load: loadHouse } = useAnswer<OrderView>(() => ({ ask: 'order' }), ['house_rule'])
  onMounted(loadHouse)
  return computed(() => {
    const views = [current.value, last.value].filter((view) => view !== null)
    return {
      topics: views.flatMap(({ topics }) => topics.filter(({ topic }) => topic.state !== 'dropped').map(({ topic }) => ({ value: topic.id, label: topic.title, note: monthWords(topic.month) }))),
      meetings: views.flatMap(({ meetings }) => meetings.filter(({ meeting }) => meeting.state === 'final').map(({ meeting }) => ({ value: meeting.id, label: `${monthWords(meeting.month)}${meetingKinds[meeting.kind]}` }))),
      rules: (house.value?.rules ?? []).filter(({ rule }) => rule.until === null || rule.until >= now()).map(({ rule }) => ({ value: rule.id, label: rule.title, note: '小区规则' })),
      publicityDays: current.value?.policy.publicity_days ?? 7,
      campaignDays: current.value?.policy.campaign_days ?? 31,
      demandDays: current.value?.policy.demand_days ?? 15,
    }
  })
}

/** Those to pick from: none first, and what is written now even where its month is long past. */
export function withNone(choices: readonly Choice[], written: string | null | undefined, words: string | null | undefined): Choice[] {
  const known = !written || choices.some(({ value }) => value === written)
  return [{ value: NONE, label: '不写' }, ...choices, ...(known ? [] : [{ value: written, label: words ?? '以前的' }])]
}

/** What was picked: null for none. */
export function picked(value: string | null): string | null {
  return value === NONE ? null : value
}
