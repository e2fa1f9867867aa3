/** How campaigns (整治) stand and what may be done with a site. */
import type { CampaignLine } from '../../bindings/CampaignLine'
import type { OrderView } from '../../bindings/OrderView'
import type { SiteLine } from '../../bindings/SiteLine'
import type { SiteState } from '../../bindings/SiteState'
import type { Bar } from '../../components/Bars.vue'
import { count, monthDay } from '../../format'

/** A word on how something stands, and its look. */
export interface Standing { words: string; look: 'good' | 'care' | 'needs' | 'plain' }

/** `还有 4 天`, `超期 2 天`, `全部复查过`. */
export function campaignStanding({ ended, late, days_left }: CampaignLine): Standing {
  if (ended) return { words: '全部复查过', look: 'good' }
  if (late) return { words: `超期 ${-days_left} 天`, look: 'needs' }
  return days_left === 0 ? { words: '今天到期', look: 'care' } : { words: `还有 ${days_left} 天`, look: 'plain' }
}

/** Those still going on come first, what ends first above; then the ended ones as they came. */
export function byPress(campaigns: readonly CampaignLine[]): CampaignLine[] {
  const going = campaigns.filter(({ ended }) => !ended).sort((one, other) => one.campaign.until.localeCompare(other.campaign.until))
  return [...going, ...campaigns.filter(({ ended }) => ended)]
}

/** How things stand, for the head of the page. */
export function orderSentence({ rules, campaigns }: OrderView): string {
  const force = rules.filter(({ in_force }) => in_force).length
  const going = campaigns.filter(({ ended }) => !ended)
  const late = going.filter((line) => line.late).length
  return `${force > 0 ? `现行规则 ${force} 项` : '还没有现行的规则'}，${going.length > 0 ? `正在整治 ${going.length} 项` : '没有正在做的整治'}${late > 0 ? `，${late} 项超期` : ''}。`
}

/** The three steps of every site as bars: how many reached each. */
export function steps({ found, fixed, checked }: CampaignLine): Bar[] {
  const bar = (name: string, part: number, good: boolean): Bar => ({ name, share: found > 0 ? (100 * part) / found : 0, words: `${count(part)} 处`, good })
  return [bar('发现', found, false), bar('整改', fixed, true), bar('复查', checked, true)]
}

/** What may be done with a site, and what is asked for it. */
export interface Doing { name: string; submit: string; to: SiteState; on: string; note: string; needed: boolean }
const FIX: Doing = { name: '整改好了', submit: '记为已整改', to: 'fixed', on: '哪天整改的', note: '怎么整改的', needed: false }
const CHECK: Doing = { name: '复查过了', submit: '记为已复查', to: 'checked', on: '哪天复查的', note: '谁去看的，怎么样', needed: false }
const BACK: Doing = { name: '退回整改', submit: '退回整改', to: 'found', on: '哪天退回的', note: '哪里没有做好', needed: true }

/** The acts open to a site, the next one first. */
export function doings(state: SiteState): Doing[] {
  return { found: [FIX], fixed: [CHECK, BACK], checked: [BACK] }[state]
}

/** `11月5日发现`, and so on as far as it got. */
export function siteDays({ site }: SiteLine): string[] {
  const days: [string | null, string][] = [[site.found_on, '发现'], [site.fixed_on, '整改'], [site.checked_on, '复查']]
  return days.flatMap(([day, what]) => (day ? [`${monthDay(day)}${what}`] : []))
}
