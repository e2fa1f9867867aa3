import { describe, expect, it } from 'vitest'
import type { CampaignLine } from '../../bindings/CampaignLine'
import { byPress, campaignStanding, doings, orderSentence, siteDays, steps } from './campaign'

const line = (id: string, more: Partial<CampaignLine> = {}, until = '2024-11-30'): CampaignLine => ({
  campaign: { id, title: id, rule: null, from: '2024-11-01', until, with: null },
  rule_title: null, sites: [], found: 12, fixed: 9, checked: 6, sentence: '', days_left: 18, late: false, ended: false, ...more,
})

describe('campaigns', () => {
  it('say how long they have', () => {
    expect([line('a'), line('a', { days_left: 0 }), line('a', { late: true, days_left: -2 }), line('a', { ended: true, late: false })].map((one) => campaignStanding(one).words))
      .toEqual(['还有 18 天', '今天到期', '超期 2 天', '全部复查过'])
  })
  it('come by what ends first, the ended ones last', () => {
    expect(byPress([line('完', { ended: true }), line('晚', {}, '2024-12-05'), line('早')]).map(({ campaign }) => campaign.id)).toEqual(['早', '晚', '完'])
  })
  it('are summed up in a sentence', () => {
    expect(orderSentence({ rules: [], campaigns: [], adopted: [] })).toBe('还没有现行的规则，没有正在做的整治。')
    expect(orderSentence({ rules: [], campaigns: [line('a'), line('b', { late: true, days_left: -1 }), line('c', { ended: true })], adopted: [] })).toBe('还没有现行的规则，正在整治 2 项，1 项超期。')
  })
  it('are drawn as three bars', () => {
    expect(steps(line('a')).map(({ name, share }) => [name, share])).toEqual([['发现', 100], ['整改', 75], ['复查', 50]])
    expect(steps(line('a', { found: 0, fixed: 0, checked: 0 })).map(({ share }) => share)).toEqual([0, 0, 0])
  })
})

describe('a site', () => {
  it('goes on step by step, and back with a word', () => {
    expect([doings('found'), doings('fixed'), doings('checked')].map((all) => all.map(({ to }) => to))).toEqual([['fixed'], ['checked', 'found'], ['found']])
    expect(doings('checked')[0]?.needed).toBe(true)
  })
  it('tells its days', () => {
    const site = { id: 's', campaign: 'c', place: '', found_on: '2024-11-02', state: 'fixed' as const, fixed_on: '2024-11-09', checked_on: null, note: null }
    expect(siteDays({ site, files: 0 })).toEqual(['11月2日发现', '11月9日整改'])
  })
})
